// The Kubernetes API server and the etcd it keeps things in, both by others, in one binary that its first
// argument tells which to be: what they share is linked once.
package main

import (
	"fmt"
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "etcd" {
		etcdmain.Main(os.Args[1:])
		return
	}
	if len(os.Args) > 1 && os.Args[1] == "kube-apiserver" {
		os.Args = os.Args[1:]
		os.Exit(cli.Run(app.NewAPIServerCommand()))
	}
	fmt.Fprintln(os.Stderr, "the first argument is etcd or kube-apiserver")
	os.Exit(2)
}
