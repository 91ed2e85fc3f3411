// Copyright 2026 the Wirekit authors. MIT license.

// What one would write in Go in an afternoon, on gorilla/websocket: a hub for
// winerp's messages, and a JSON-RPC server.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"sync"

	"github.com/gorilla/websocket"
)

var upgrader = websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}

// client is one connection; a gorilla connection has one writer at a time.
type client struct {
	conn *websocket.Conn
	mu   sync.Mutex
}

func (c *client) send(value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.conn.WriteMessage(websocket.TextMessage, text)
}

// message is winerp's envelope, with its keys in the order of its server.
type message struct {
	ID           *string         `json:"id"`
	Type         int             `json:"type"`
	Route        json.RawMessage `json:"route"`
	Data         json.RawMessage `json:"data"`
	Traceback    *string         `json:"traceback"`
	UUID         json.RawMessage `json:"uuid"`
	Destination  *string         `json:"destination"`
	PseudoObject json.RawMessage `json:"pseudo_object"`
}

const (
	success = iota
	verification
	request
	response
	failure
	ping
	information
	functionCall
)

type hub struct {
	mu      sync.RWMutex
	clients map[string]*client
}

func (h *hub) find(name *string) *client {
	if name == nil {
		return nil
	}
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.clients[*name]
}

func refusal(to message, why string) message {
	data, _ := json.Marshal(why)
	return message{ID: to.ID, Type: failure, Route: to.Route, Data: data, Traceback: &why, UUID: to.UUID, Destination: to.Destination}
}

// verify reads the first message, and gives the client its name.
func (h *hub) verify(me *client) (string, bool) {
	var first message
	if me.conn.ReadJSON(&first) != nil || first.Type != verification || first.ID == nil {
		return "", false
	}
	name := *first.ID
	h.mu.Lock()
	_, taken := h.clients[name]
	if !taken {
		h.clients[name] = me
	}
	h.mu.Unlock()
	if taken {
		_ = me.send(refusal(first, "Already authorized."))
		return "", false
	}
	data, _ := json.Marshal("Authorized.")
	_ = me.send(message{ID: first.ID, Type: success, Data: data, UUID: first.UUID})
	return name, true
}

func (h *hub) tell(from *client, m message) {
	var names []string
	_ = json.Unmarshal(m.Route, &names)
	m.Route = nil
	h.mu.RLock()
	receivers := make(map[string]*client, len(h.clients))
	if len(names) == 0 {
		for name, receiver := range h.clients {
			receivers[name] = receiver
		}
	}
	for _, name := range names {
		if receiver, ok := h.clients[name]; ok {
			receivers[name] = receiver
		}
	}
	h.mu.RUnlock()
	for name, receiver := range receivers {
		if receiver == from {
			continue
		}
		m.Destination = &name
		_ = receiver.send(m)
	}
}

func (h *hub) serve(w http.ResponseWriter, r *http.Request) {
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	me := &client{conn: conn}
	name, ok := h.verify(me)
	if !ok {
		return
	}
	defer func() {
		h.mu.Lock()
		delete(h.clients, name)
		h.mu.Unlock()
	}()
	for {
		_, text, err := conn.ReadMessage()
		if err != nil {
			return
		}
		var m message
		if json.Unmarshal(text, &m) != nil {
			continue
		}
		switch m.Type {
		case request, functionCall:
			receiver := h.find(m.Destination)
			if receiver == nil {
				_ = me.send(refusal(m, "Destination not found."))
				continue
			}
			m.ID, m.Destination = m.Destination, &name
			_ = receiver.send(m)
		case response, failure:
			if receiver := h.find(m.Destination); receiver != nil {
				_ = receiver.send(m)
			}
		case ping:
			_ = me.send(message{ID: m.ID, Type: response, UUID: m.UUID})
		case information:
			h.tell(me, m)
		}
	}
}

type call struct {
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	ID     json.RawMessage `json:"id"`
}

type answer struct {
	Version string          `json:"jsonrpc"`
	Result  any             `json:"result,omitempty"`
	Error   any             `json:"error,omitempty"`
	ID      json.RawMessage `json:"id"`
}

func serveCalls(w http.ResponseWriter, r *http.Request) {
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	me := &client{conn: conn}
	for {
		_, text, err := conn.ReadMessage()
		if err != nil {
			return
		}
		var c call
		reply := answer{Version: "2.0"}
		if json.Unmarshal(text, &c) != nil {
			reply.Error = map[string]any{"code": -32700, "message": "Parse error"}
			_ = me.send(reply)
			continue
		}
		reply.ID = c.ID
		var numbers []float64
		switch {
		case c.Method != "sum":
			reply.Error = map[string]any{"code": -32601, "message": "Method not found"}
		case json.Unmarshal(c.Params, &numbers) != nil || len(numbers) != 2:
			reply.Error = map[string]any{"code": -32602, "message": "Invalid params"}
		default:
			reply.Result = numbers[0] + numbers[1]
		}
		_ = me.send(reply)
	}
}

func main() {
	handle := serveCalls
	if len(os.Args) > 1 && os.Args[1] == "hub" {
		handle = (&hub{clients: map[string]*client{}}).serve
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("{\"event\":\"ready\",\"address\":\"ws://%s\"}\n", listener.Addr())
	log.Fatal(http.Serve(listener, http.HandlerFunc(handle)))
}
