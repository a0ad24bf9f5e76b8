package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

// environment is one process of the function, with a Runtime API of its own.
type environment struct {
	f    *Function
	name string // its log stream
	api  net.Listener
	pid  atomic.Int64
	peak atomic.Int64 // resident memory in bytes

	// These belong to f.mu.
	running   map[string]*invocation // by id
	finishing []*invocation          // answered, while the next is not asked for yet
	ready     bool                   // it has asked for an invocation
	started   time.Time
	init      time.Duration
	initBill  bool // the start has been billed

	kill context.CancelCauseFunc

	initError atomic.Pointer[functionError]
}

// maxInit is how long a start may take (DG lambda-runtime-environment).
const maxInit = 10 * time.Second

// run is an environment's life. A start that fails is tried again within the time
// of the invocation that waits for it (same page).
func (e *environment) run() {
	e.name = time.Now().UTC().Format("2006/01/02") + "/[$LATEST]" + randomHex(16)
	err := e.live(e.f.o.maxInit)
	if !e.isReady() && e.f.ctx.Err() == nil && !errors.Is(err, errMemory) {
		e.f.o.Log.Warn("the start failed and is tried again", "environment", e.name, "error", err)
		err = e.live(e.f.o.Timeout)
	}
	e.f.remove(e, err)
}

// live starts the process and waits for its end. The error says why it ended.
func (e *environment) live(maxInit time.Duration) error {
	ctx, kill := context.WithCancelCause(e.f.ctx)
	defer kill(nil)
	e.f.mu.Lock()
	e.kill = kill
	e.started = time.Now()
	e.initError.Store(nil)
	e.f.stats.ColdStarts++
	e.f.mu.Unlock()

	var listen net.ListenConfig
	api, err := listen.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	e.api = api
	server := &http.Server{Handler: e.runtimeAPI(), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(api) }()
	defer func() { _ = server.Close() }()

	cmd, output, err := e.command(ctx)
	if err != nil {
		return err
	}
	e.pid.Store(int64(cmd.Process.Pid))
	copied := make(chan struct{})
	go func() {
		e.f.lines.copy(output)
		close(copied)
	}()
	e.f.o.Log.Info("environment started", "environment", e.name, "pid", cmd.Process.Pid)
	go e.watchMemory(ctx)
	tooLong := time.AfterFunc(maxInit, func() {
		if !e.isReady() {
			e.end(fmt.Errorf("%w in %v", errInit, maxInit))
		}
	})
	defer tooLong.Stop()

	err = cmd.Wait()
	_ = endGroup(cmd) // what it has started holds its output open
	kill(nil)         // unless there is a cause already
	e.f.mu.Lock()
	e.pid.Store(0)
	e.f.stats.CPU += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	e.f.mu.Unlock()
	<-copied
	cause := errExited
	if c := context.Cause(ctx); c != nil && !errors.Is(c, context.Canceled) {
		cause = c
	}
	if said := e.initError.Load(); said != nil {
		cause = said
	} else if errors.Is(cause, errExited) && err != nil {
		cause = fmt.Errorf("%w: %w", errExited, err)
	}
	e.failRunning(cause)
	return cause
}

// command starts the bootstrap.
func (e *environment) command(ctx context.Context) (*exec.Cmd, io.ReadCloser, error) {
	var credentials []string
	if e.f.o.Credentials != nil {
		var err error
		if credentials, err = e.f.o.Credentials(ctx); err != nil {
			return nil, nil, fmt.Errorf("the credentials of the function's role: %w", err)
		}
	}
	args := append(append([]string{}, e.f.o.Emulator...), filepath.Join(e.f.folder, "bootstrap"))
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = e.f.folder
	cmd.Env = append(append(e.variables(), credentials...), e.f.o.Env...)
	// A group of its own: a Ctrl-C at the terminal is for the sandbox, which then
	// ends the function, and what that started.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return endGroup(cmd) }
	read, write, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	defer write.Close()
	cmd.Stdout, cmd.Stderr = write, write
	if err := cmd.Start(); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("%w: %w", errInit, err), read.Close())
	}
	return cmd, read, nil
}

func endGroup(cmd *exec.Cmd) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }

// variables are those that Lambda sets (DG configuration-envvars). The function
// finds itself where it was unpacked, not in /var/task; and what it writes goes
// into a folder of its own, as its /tmp is on Lambda.
func (e *environment) variables() []string {
	root := e.f.folder
	v := []string{
		"AWS_LAMBDA_RUNTIME_API=" + e.api.Addr().String(),
		"AWS_LAMBDA_FUNCTION_NAME=" + functionName,
		"AWS_LAMBDA_FUNCTION_VERSION=$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=" + strconv.Itoa(e.f.o.Memory),
		"AWS_LAMBDA_INITIALIZATION_TYPE=on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME=/aws/lambda/" + functionName,
		"AWS_LAMBDA_LOG_STREAM_NAME=" + e.name,
		"AWS_REGION=" + e.f.o.Region,
		"AWS_DEFAULT_REGION=" + e.f.o.Region,
		"LAMBDA_TASK_ROOT=" + root,
		"LAMBDA_RUNTIME_DIR=/var/runtime",
		"_HANDLER=bootstrap",
		"TMPDIR=" + e.f.tmp,
		"XDG_CACHE_HOME=" + e.f.tmp,
		"TZ=:UTC",
		"LANG=en_US.UTF-8",
		"PATH=/usr/local/bin:/usr/bin:/bin:/opt/bin",
		"LD_LIBRARY_PATH=/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:" + root + ":" + root + "/lib:/opt/lib",
	}
	if e.f.o.PerEnvironment > 1 {
		v = append(v, "AWS_LAMBDA_MAX_CONCURRENCY="+strconv.Itoa(e.f.o.PerEnvironment))
	}
	return v
}

const functionName = "tintype"

// end ends the process, for a reason.
func (e *environment) end(cause error) {
	e.f.mu.Lock()
	kill := e.kill
	e.f.mu.Unlock()
	if kill != nil {
		kill(cause)
	}
}

func (e *environment) isReady() bool {
	e.f.mu.Lock()
	defer e.f.mu.Unlock()
	return e.ready
}

// ask is called when the process asks for an invocation: what it did before is
// done.
func (e *environment) ask() {
	e.f.mu.Lock()
	defer e.f.mu.Unlock()
	if !e.ready {
		e.ready = true
		e.init = time.Since(e.started)
		e.f.starting--
	}
	if len(e.finishing) > 0 {
		e.finishing[0].timer.Stop()
		e.finishing = e.finishing[1:]
	}
}

// begin counts an invocation in. It lasts until the next is asked for, and is
// ended at its deadline (aws-lambda-go's invoke loop; DG runtimes-api). f.mu is
// held.
func (e *environment) begin(i *invocation) {
	e.running[i.id] = i
	i.timer = time.AfterFunc(time.Until(i.deadline), func() { e.end(errTimeout) })
}

func (e *environment) invocation(id string) *invocation {
	e.f.mu.Lock()
	defer e.f.mu.Unlock()
	return e.running[id]
}

// finish counts an invocation out, bills it and reports it. The start is billed
// with the first one (since 2025-08-01; DG lambda-runtime-environment).
func (e *environment) finish(i *invocation, failed error) {
	e.endIfTooLarge()
	took := time.Since(i.taken)
	e.f.mu.Lock()
	if e.running[i.id] == nil {
		e.f.mu.Unlock()
		return
	}
	delete(e.running, i.id)
	close(i.ended)
	e.finishing = append(e.finishing, i)
	billed := took
	var init time.Duration
	if !e.initBill {
		e.initBill, init = true, e.init
		billed += init
	}
	billed = (billed + time.Millisecond - 1).Truncate(time.Millisecond)
	e.f.stats.Billed += billed
	e.f.stats.PeakMemory = max(e.f.stats.PeakMemory, e.peak.Load())
	if failed != nil {
		e.f.stats.Failed++
	}
	e.f.mu.Unlock()

	report := []any{"requestId", i.id, "duration_ms", ms(took), "billed_ms", billed.Milliseconds(), "memory_mb", e.f.o.Memory, "peak_mb", e.peak.Load() >> 20}
	if init > 0 {
		report = append(report, "init_ms", ms(init))
	}
	if failed != nil {
		e.f.o.Log.Error("invocation failed", append(report, "error", failed)...)
		return
	}
	e.f.o.Log.Info("report", report...)
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// failRunning ends what the process has left undone.
func (e *environment) failRunning(cause error) {
	e.f.mu.Lock()
	var left []*invocation
	for _, i := range e.running {
		left = append(left, i)
	}
	e.f.mu.Unlock()
	for _, i := range left {
		e.finish(i, cause)
		i.fail(cause)
	}
}
