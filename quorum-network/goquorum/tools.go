//go:build tools

// Package goquorum pins the node that weighbridge measures: an ordinary Go
// dependency, so that go.sum vouches for every byte of it.
package goquorum

import _ "github.com/ethereum/go-ethereum/cmd/geth"
