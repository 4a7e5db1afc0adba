// What runs in the benchmarks' pods: the application whose leader is elected, and the clients that measure it.
//
//	app serve ADDRESS                                answers until SIGTERM; POD_NAME and HA_TERM say what
//	app sample --target ADDRESS --from-port N        opens a connection every 5 ms until its standard input ends
//	app healthy URL                                  waits until the URL has failed and answers 200, and prints when it did
//	app busy THREADS FILE                            keeps threads busy until SIGKILL, and notes when they last did something
//	app time N                                       starts and stops itself N times, and prints how long that takes
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"cdk8s-ha/bench/app/answer"
)

func main() {
	commands := map[string]func([]string) error{
		"serve": serve, "sample": sample, "healthy": waitUntilHealthy, "busy": busy, "time": timeItself,
	}
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "app: say serve, sample, healthy, busy or time")
		os.Exit(2)
	}
	if err := commands[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "app:", err)
		os.Exit(1)
	}
}

func serve(arguments []string) error {
	if len(arguments) != 1 {
		return fmt.Errorf("serve takes an ADDRESS")
	}
	term, err := strconv.ParseInt(os.Getenv("HA_TERM"), 10, 64)
	if err != nil {
		return fmt.Errorf("HA_TERM: %w", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := answer.Serve(ctx, arguments[0], os.Getenv("POD_NAME"), term); ctx.Err() == nil {
		return err
	}
	return nil
}
