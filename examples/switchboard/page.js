// Copyright 2026 the Wirekit authors. MIT license.

// JSON-RPC over the browser's own WebSocket: a page needs no library.
const socket = new WebSocket(`ws://${location.host}/jsonrpc?name=page`);
const calls = new Map();
let last = 0;

function call(method, params) {
  const id = ++last;
  socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
  return new Promise((resolve) => calls.set(id, resolve));
}

function show(text) {
  const line = document.createElement("li");
  line.textContent = text;
  document.querySelector("#log").prepend(line);
}

socket.onopen = async () => {
  show("The page is in the hub, and called page");
  await call("home/subscribe", {});
};
socket.onclose = () => show("The hub is gone");
socket.onmessage = ({ data }) => {
  const { id, method, params, result, error } = JSON.parse(data);
  if (method === "hub.information") {
    show(`${params.source} tells: ${JSON.stringify(params.data)}`);
  } else if (method === "show") {
    // Somebody asks the page: curl -d '{"text":"hi"}' …/call/page/show
    show(`Asked to show: ${params.text}`);
    socket.send(JSON.stringify({ jsonrpc: "2.0", id, result: true }));
  } else if (method !== undefined && id !== undefined) {
    const missing = { code: -32601, message: "Route not found" };
    socket.send(JSON.stringify({ jsonrpc: "2.0", id, error: missing }));
  } else if (calls.has(id)) {
    calls.get(id)({ result, error });
    calls.delete(id);
  }
};

for (const button of document.querySelectorAll("button")) {
  button.onclick = async () => {
    const { method, params } = button.dataset;
    const { result, error } = await call(method, JSON.parse(params));
    show(`${method}: ${error ? error.message : JSON.stringify(result)}`);
  };
}
