// CoreDNS with the plugins that coredns.yaml.template names, and no others: each further one is minutes of building.
package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/ready"
	_ "github.com/coredns/coredns/plugin/template"
)

func init() {
	// In the order in which they see a question.
	dnsserver.Directives = []string{"health", "ready", "errors", "cache", "template", "kubernetes"}
}

func main() {
	coremain.Run()
}
