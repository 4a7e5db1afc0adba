package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	interval = 5 * time.Millisecond
	limit    = 100 * time.Millisecond

	// A connection that is never answered leaves its mark in the node's connection tracking for two minutes, and another
	// one from the same port would follow it to the same dead end. The ports come in turn, and round in four minutes.
	firstPort = 10_000
	lastPort  = 60_000
)

// sample prints a line for each connection: when it was opened in microseconds of the kernel's uptime, how long it took,
// and who answered it, or `- WHY`.
func sample(arguments []string) error {
	flags := flag.NewFlagSet("sample", flag.ContinueOnError)
	target := flags.String("target", "", "address and port")
	port := flags.Int("from-port", firstPort, "the port from which the first connection comes")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	lines := make(chan string, 1024)
	go openAll(ctx, *target, *port, lines)
	return printAll(lines)
}

func openAll(ctx context.Context, target string, port int, lines chan<- string) {
	var open sync.WaitGroup
	ticks := time.NewTicker(interval)
	for ctx.Err() == nil {
		<-ticks.C
		from := port
		open.Go(func() {
			opened, began := uptime(), time.Now()
			who := ask(target, from)
			lines <- fmt.Sprintf("%d %d %s\n", opened.Microseconds(), time.Since(began).Microseconds(), who)
		})
		if port++; port > lastPort {
			port = firstPort
		}
	}
	open.Wait()
	close(lines)
}

// Lines go out when no more is to come at once.
func printAll(lines <-chan string) error {
	out := bufio.NewWriter(os.Stdout)
	for line := range lines {
		out.WriteString(line)
		if len(lines) > 0 {
			continue
		}
		if err := out.Flush(); err != nil {
			return err
		}
	}
	return out.Flush()
}

// The first line that the target says within the limit, or `- WHY`.
func ask(target string, port int) string {
	end := time.Now().Add(limit)
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{Port: port}, Deadline: end, Control: reuseAddress}
	connection, err := dialer.Dial("tcp4", target)
	if err != nil {
		return "- " + reason(err)
	}
	defer connection.Close()
	connection.SetDeadline(end)
	line, err := bufio.NewReader(connection).ReadString('\n')
	if err != nil {
		return "- " + reason(err)
	}
	return strings.TrimSpace(line)
}

func reuseAddress(_, _ string, socket syscall.RawConn) error {
	return socket.Control(func(descriptor uintptr) {
		syscall.SetsockoptInt(int(descriptor), syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
	})
}

func reason(err error) string {
	var code syscall.Errno
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "TIMEOUT"
	case errors.Is(err, io.EOF):
		return "CLOSED"
	case errors.As(err, &code):
		return strings.ReplaceAll(code.Error(), " ", "_")
	default:
		return "ERROR"
	}
}
