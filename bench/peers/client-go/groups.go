package main

import (
	"context"
	"fmt"
	"os"
	"sync"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/leaderelection"
)

const membersOfGroup = 3

// standInGroups runs elections without a service, to see what many groups ask of the API server.
func standInGroups(config *rest.Config, o options) {
	var running sync.WaitGroup
	for index := range o.groups * membersOfGroup {
		running.Go(func() { standInGroup(config, o, index) })
	}
	running.Wait()
}

// Each member has a client of its own, as a pod has: one would slow itself down to five requests a second.
func standInGroup(config *rest.Config, o options, index int) {
	client := kubernetes.NewForConfigOrDie(config)
	lease := fmt.Sprintf("%s-%d", o.lease, index/membersOfGroup)
	name := fmt.Sprintf("%s-%d", lease, index%membersOfGroup)
	leaderelection.RunOrDie(context.Background(), leaderelection.LeaderElectionConfig{
		Lock:          lockOf(client, os.Getenv("POD_NAMESPACE"), lease, name),
		LeaseDuration: o.leaseDuration,
		RenewDeadline: o.renewDeadline,
		RetryPeriod:   o.retries,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(context.Context) {},
			OnStoppedLeading: func() {},
		},
	})
}
