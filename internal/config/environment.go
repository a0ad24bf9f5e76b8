package config

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Variable is the name of the environment variable that stands for a flag.
func Variable(flag string) string {
	return "TINTYPE_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// FromEnvironment fills a configuration, given as a pointer to a struct of this
// package, from variables and from the defaults in its tags. It understands the
// tags as the command line does, for the Lambda function, which has none; the
// function is built without a parser of flags. It reports every problem at once.
func FromEnvironment(env []string, into any) error {
	values := map[string]string{}
	for _, e := range env {
		name, value, _ := strings.Cut(e, "=")
		values[name] = value
	}
	return errors.Join(fill(reflect.ValueOf(into).Elem(), values)...)
}

func fill(v reflect.Value, values map[string]string) (problems []error) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if _, embedded := field.Tag.Lookup("embed"); embedded {
			problems = append(problems, fill(v.Field(i), values)...)
			continue
		}
		name := Variable(flagName(field))
		text, given := values[name]
		if !given {
			text, given = field.Tag.Lookup("default")
		}
		_, required := field.Tag.Lookup("required")
		switch {
		case !given && required:
			problems = append(problems, fmt.Errorf("%s is not set: %s", name, field.Tag.Get("help")))
		case given:
			if err := set(v.Field(i), field.Tag.Get("enum"), text); err != nil {
				problems = append(problems, fmt.Errorf("%s: %w", name, err))
			}
		}
	}
	return problems
}

// flagName is how a field is called on the command line.
func flagName(field reflect.StructField) string {
	if name := field.Tag.Get("name"); name != "" {
		return name
	}
	var b strings.Builder
	lower := false
	for _, r := range field.Name {
		if lower && unicode.IsUpper(r) {
			b.WriteByte('-')
		}
		lower = !unicode.IsUpper(r)
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// set reads the text of a value.
func set(v reflect.Value, enum, text string) error {
	if words := strings.Split(enum, ","); enum != "" && !slices.Contains(words, text) {
		return fmt.Errorf("%q is none of %s", text, strings.Join(words, ", "))
	}
	if v.Kind() == reflect.Pointer { // a value that may be not given
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	switch p := v.Addr().Interface().(type) {
	case encoding.TextUnmarshaler:
		return p.UnmarshalText([]byte(text))
	case *string:
		*p = text
	case *time.Duration:
		d, err := time.ParseDuration(text)
		*p = d
		return as("a duration like 20s", text, err)
	case *int:
		n, err := strconv.Atoi(text)
		*p = n
		return as("a whole number", text, err)
	case *float64:
		f, err := strconv.ParseFloat(text, 64)
		*p = f
		return as("a number", text, err)
	case *bool:
		b, err := strconv.ParseBool(text)
		*p = b
		return as("true or false", text, err)
	default:
		return fmt.Errorf("no way to read a %T", p)
	}
	return nil
}

func as(what, text string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%q is not %s", text, what)
}
