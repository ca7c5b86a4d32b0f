package store_test

import (
	"testing"

	"oauthmock/mockserver/store"
	"oauthmock/mockserver/store/storetest"
	"oauthmock/mockserver/world"
)

func TestMemoryKeepsTheContract(t *testing.T) {
	storetest.Run(t, func() world.Store { return store.NewMemory() })
}
