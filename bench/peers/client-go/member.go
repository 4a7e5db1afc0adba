package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/uuid"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/leaderelection/resourcelock"

	"cdk8s-ha/bench/app/answer"
)

const (
	leader  = "master"
	standby = "backup"

	requestLimit = 5 * time.Second
	retryPause   = 100 * time.Millisecond
)

type member struct {
	client         kubernetes.Interface
	namespace, pod string
}

// label tries until it has succeeded.
func (m member) label(role string) {
	patch := fmt.Appendf(nil, `{"metadata":{"labels":{"role":%q}}}`, role)
	for {
		ctx, cancel := context.WithTimeout(context.Background(), requestLimit)
		_, err := m.client.CoreV1().Pods(m.namespace).Patch(ctx, m.pod, types.MergePatchType, patch, v1.PatchOptions{})
		cancel()
		if err == nil {
			return
		}
		log.Print(err)
		time.Sleep(retryPause)
	}
}

// The holder's name is as in Kubernetes' own components: a process that comes back is another candidate.
func lockOf(client kubernetes.Interface, namespace, lease, name string) resourcelock.Interface {
	return &resourcelock.LeaseLock{
		LeaseMeta:  v1.ObjectMeta{Namespace: namespace, Name: lease},
		Client:     client.CoordinationV1(),
		LockConfig: resourcelock.ResourceLockConfig{Identity: name + "_" + string(uuid.NewUUID())},
	}
}

// service answers while the member leads.
type service struct {
	member  member
	address string
	ctx     context.Context
	stop    context.CancelFunc
}

func newService(m member, address string) *service {
	ctx, stop := context.WithCancel(context.Background())
	return &service{member: m, address: address, ctx: ctx, stop: stop}
}

func (s *service) start() {
	go func() {
		// Which lead of which pod: client-go has no token.
		term := time.Now().UnixMilli()
		if err := answer.Serve(s.ctx, s.address, s.member.pod, term); s.ctx.Err() == nil {
			log.Fatal(err)
		}
	}()
	s.member.label(leader)
}
