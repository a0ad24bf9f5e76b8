package edge_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/parser"

	"github.com/tintype/tintype/edge"
	"github.com/tintype/tintype/internal/transform"
)

// What the function may be made of. goja runs much more than CloudFront does, so
// every kind of syntax, every global and every method is held against what the
// documentation of cloudfront-js-2.0 lists: ES 5.1 as a whole, and of later
// editions what is named there.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html
var (
	// allowedSyntax are the nodes of goja's tree. After the blank line: const and
	// let, arrow functions, template literals.
	allowedSyntax = strings.Fields(`
		Program ExpressionStatement BlockStatement ReturnStatement IfStatement ForStatement ForLoopInitializerVarDeclList
		VariableStatement VariableDeclaration FunctionDeclaration FunctionLiteral ParameterList TryStatement CatchStatement ThrowStatement
		SwitchStatement CaseStatement EmptyStatement DeleteExpression
		Identifier StringLiteral NumberLiteral BooleanLiteral NullLiteral RegExpLiteral ArrayLiteral ObjectLiteral PropertyKeyed
		AssignExpression BinaryExpression UnaryExpression ConditionalExpression SequenceExpression CallExpression NewExpression
		DotExpression BracketExpression Binding

		LexicalDeclaration ForLoopInitializerLexicalDecl ArrowFunctionLiteral ExpressionBody TemplateLiteral TemplateElement`)
	// allowedGlobals: ES 5.1, then the runtime's own, then what its deployment
	// defines.
	allowedGlobals = strings.Fields(`
		Boolean Math Number Object RegExp String decodeURIComponent encodeURIComponent undefined
		Buffer console
		options`)
	// allowedMembers are the methods and properties, ES 5.1 first.
	allowedMembers = strings.Fields(`
		charAt charCodeAt concat every filter floor forEach indexOf join keys length map match max min replace slice some sort split test
		toLowerCase toString toUpperCase push create
		assign
		from log
		request method rawQueryString uri querystring headers accept value multiValue statusCode
		defaults ladder maxSide`)
)

func TestLanguage(t *testing.T) {
	program, err := parser.ParseFile(nil, "viewer-request.js", edge.Function, 0)
	if err != nil {
		t.Fatal(err)
	}
	c := &checker{t: t, declared: map[string]bool{}}
	c.walk(reflect.ValueOf(program), c.declare)
	c.walk(reflect.ValueOf(program), c.check)
}

type checker struct {
	t        *testing.T
	declared map[string]bool
}

// walk visits every node of a tree.
func (c *checker) walk(v reflect.Value, visit func(node any)) {
	switch v.Kind() {
	case reflect.Interface:
		if !v.IsNil() {
			c.walk(v.Elem(), visit)
		}
	case reflect.Pointer:
		if v.IsNil() || v.Type().Elem().Kind() != reflect.Struct || !strings.Contains(v.Type().String(), "ast.") {
			return
		}
		visit(v.Interface())
		for i := range v.Elem().NumField() {
			if field := v.Elem().Type().Field(i); field.IsExported() && field.Name != "DeclarationList" && field.Name != "File" {
				c.walk(v.Elem().Field(i), visit)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			c.walk(v.Index(i), visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && strings.Contains(v.Type().String(), "ast.") {
				c.walk(v.Field(i), visit)
			}
		}
	}
}

// declare notes the function's own names.
func (c *checker) declare(node any) {
	name := func(target any) {
		if id, ok := target.(*ast.Identifier); ok && id != nil {
			c.declared[id.Name.String()] = true
		}
	}
	switch n := node.(type) {
	case *ast.Binding:
		name(n.Target)
	case *ast.FunctionLiteral:
		name(n.Name)
	case *ast.CatchStatement:
		name(n.Parameter)
	}
}

func (c *checker) check(node any) {
	kind := reflect.TypeOf(node).Elem().Name()
	if !slices.Contains(allowedSyntax, kind) {
		c.t.Errorf("a %s is not on the list", kind)
	}
	switch n := node.(type) {
	case *ast.DotExpression:
		if name := n.Identifier.Name.String(); len(name) > 1 && !slices.Contains(allowedMembers, name) && !isParameter(name) {
			c.t.Errorf(".%s is not on the list", name)
		}
	case *ast.FunctionLiteral:
		if n.Async || n.Generator {
			c.t.Error("an async function or a generator is not on the list")
		}
	case *ast.CallExpression:
		c.global(n.Callee)
		for _, argument := range n.ArgumentList {
			c.global(argument)
		}
	case *ast.NewExpression:
		c.global(n.Callee)
	case *ast.BinaryExpression:
		c.global(n.Left)
		c.global(n.Right)
		if op := n.Operator.String(); op == "**" || op == "??" {
			c.t.Errorf("%s is not on the list", op)
		}
	case *ast.AssignExpression:
		c.global(n.Right)
	case *ast.Binding:
		c.global(n.Initializer)
	}
	if n, ok := node.(*ast.DotExpression); ok {
		c.global(n.Left)
	}
}

func isParameter(name string) bool {
	return slices.ContainsFunc(transform.Table(), func(row transform.Row) bool { return row.Name == name })
}

// global refuses a name that is neither the function's own nor on the list.
func (c *checker) global(e ast.Expression) {
	if id, ok := e.(*ast.Identifier); ok && id != nil {
		if name := id.Name.String(); !c.declared[name] && !slices.Contains(allowedGlobals, name) {
			c.t.Errorf("the global %s is not on the list", name)
		}
	}
}
