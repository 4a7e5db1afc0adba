package main

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"sync/atomic"
	"syscall"
	"unsafe"
)

// busy keeps THREADS busy, does not heed SIGTERM, and leaves in FILE when each thread last did something: nanoseconds of
// the kernel's uptime, eight bytes each, in the machine's order.
func busy(arguments []string) error {
	if len(arguments) != 2 {
		return fmt.Errorf("busy takes THREADS and FILE")
	}
	threads, err := strconv.Atoi(arguments[0])
	if err != nil || threads < 1 {
		return fmt.Errorf("%s: THREADS is a whole number, 1 or more", arguments[0])
	}
	signal.Ignore(syscall.SIGTERM)
	acts, err := sharedNumbers(arguments[1], threads)
	if err != nil {
		return err
	}
	runtime.GOMAXPROCS(threads)
	for thread := range acts {
		go work(&acts[thread])
	}
	select {}
}

func work(act *int64) {
	for {
		atomic.StoreInt64(act, int64(uptime()))
		for range 1000 {
		}
	}
}

// What is written there is in the file, however the program ends.
func sharedNumbers(path string, count int) ([]int64, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	size := 8 * count
	if err := file.Truncate(int64(size)); err != nil {
		return nil, err
	}
	memory, err := syscall.Mmap(int(file.Fd()), 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		return nil, err
	}
	return unsafe.Slice((*int64)(unsafe.Pointer(&memory[0])), count), nil
}
