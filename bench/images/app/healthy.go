package main

import (
	"fmt"
	"net/http"
	"time"
)

// waitUntilHealthy waits until the URL has failed and answers again; it prints microseconds of the kernel's uptime.
func waitUntilHealthy(arguments []string) error {
	if len(arguments) != 1 {
		return fmt.Errorf("healthy takes a URL")
	}
	client := http.Client{Timeout: limit, Transport: &http.Transport{DisableKeepAlives: true}}
	hasFailed := false
	for range time.Tick(interval) {
		isHealthy := answersWell(client, arguments[0])
		if isHealthy && hasFailed {
			break
		}
		hasFailed = hasFailed || !isHealthy
	}
	fmt.Println(uptime().Microseconds())
	return nil
}

func answersWell(client http.Client, url string) bool {
	answer, err := client.Get(url)
	if err != nil {
		return false
	}
	answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}
