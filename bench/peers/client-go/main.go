// The peer in the benchmarks: a single-master service as one writes it with client-go's leaderelection.
//
// It serves only while it leads, and labels its own pod so that a Service can select the leader. On SIGTERM it stops to
// serve before it gives the Lease up, as ReleaseOnCancel asks for; when it loses the Lease it ends, and is started again.
package main

import (
	"context"
	"flag"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/leaderelection"
)

type options struct {
	kubeconfig, lease, listen, health     string
	leaseDuration, renewDeadline, retries time.Duration
	groups                                int
}

func main() {
	var o options
	flag.StringVar(&o.kubeconfig, "kubeconfig", "", "outside of a cluster")
	flag.StringVar(&o.lease, "lease", "", "name of the Lease")
	flag.StringVar(&o.listen, "listen", ":7000", "where the leader answers")
	flag.StringVar(&o.health, "health", ":8480", "where every member answers /healthz")
	flag.DurationVar(&o.leaseDuration, "lease-duration", 15*time.Second, "")
	flag.DurationVar(&o.renewDeadline, "renew-deadline", 10*time.Second, "")
	flag.DurationVar(&o.retries, "retry-period", 2*time.Second, "")
	flag.IntVar(&o.groups, "groups", 0, "only the elections of so many groups, three members each, in this process")
	flag.Parse()

	config, err := clientcmd.BuildConfigFromFlags("", o.kubeconfig)
	if err != nil {
		log.Fatal(err)
	}
	if o.groups > 0 {
		standInGroups(config, o)
		return
	}
	stand(kubernetes.NewForConfigOrDie(config), o)
}

func stand(client kubernetes.Interface, o options) {
	term, told := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer told()
	m := member{client: client, namespace: os.Getenv("POD_NAMESPACE"), pod: os.Getenv("POD_NAME")}
	watchdog := leaderelection.NewLeaderHealthzAdaptor(20 * time.Second)
	go answerHealth(o.health, watchdog)
	// What a killed process left.
	m.label(standby)

	election, cancel := context.WithCancel(context.Background())
	service := newService(m, o.listen)
	context.AfterFunc(term, func() {
		service.stop()
		cancel()
	})
	leaderelection.RunOrDie(election, leaderelection.LeaderElectionConfig{
		Lock:            lockOf(client, m.namespace, o.lease, m.pod),
		LeaseDuration:   o.leaseDuration,
		RenewDeadline:   o.renewDeadline,
		RetryPeriod:     o.retries,
		ReleaseOnCancel: true,
		WatchDog:        watchdog,
		Name:            o.lease,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(context.Context) { service.start() },
			OnStoppedLeading: func() {
				service.stop()
				m.label(standby)
			},
		},
	})
}

func answerHealth(address string, watchdog *leaderelection.HealthzAdaptor) {
	http.HandleFunc("/healthz", func(response http.ResponseWriter, request *http.Request) {
		if err := watchdog.Check(request); err != nil {
			http.Error(response, err.Error(), http.StatusServiceUnavailable)
		}
	})
	log.Fatal(http.ListenAndServe(address, nil))
}
