"""The least that a table in a browser can be, without any of Clearance: the measure for the editor.

A page that draws every row as plain HTML, and a server that keeps all rows in one JSON file, read
and written whole. Run with the file descriptor of a listening socket, a folder and numbers of rows.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock

from tests.benchmarks import sheets

PAGE = """<!doctype html><meta charset="utf-8"><title>Plain</title>
<style>td { white-space: nowrap; height: 26px } input { width: 100% }</style><table></table>
<script>
const table = document.querySelector("table");
const clean = text => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
fetch("rows.json").then(answer => answer.json()).then(rows => {
  table.innerHTML = rows.map(row =>
    "<tr>" + row.map(text => "<td>" + clean(text) + "</td>").join("") + "</tr>").join("");
  document.body.dataset.ready = "yes";
});
table.addEventListener("dblclick", event => {
  const input = document.createElement("input");
  input.value = event.target.textContent;
  event.target.replaceChildren(input);
  input.focus();
});
document.addEventListener("paste", event => {
  const lines = event.clipboardData.getData("text/plain").split("\\n").map(l => l.split("\\t"));
  lines.forEach((line, at) => line.forEach((text, place) => {
    table.rows[at].cells[place].textContent = text;
  }));
  document.body.dataset.state = "Not saved";
  fetch("save", { method: "POST", body: JSON.stringify({ cells: lines }) }).then(() => {
    document.body.dataset.state = "Saved";
  });
});
</script>"""


class Rows:
    """All rows in one file."""

    def __init__(self, path: Path, count: int) -> None:
        self.path = path
        self.lock = Lock()
        self.path.write_text(json.dumps(sheets.texts(count)))

    def put(self, lines: list[list[str]]) -> None:
        with self.lock:
            rows = json.loads(self.path.read_text())
            for row, line in zip(rows, lines, strict=False):
                row[: len(line)] = line
            with self.path.open("w") as file:
                file.write(json.dumps(rows))
                file.flush()
                os.fsync(file.fileno())


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    kept: dict[str, Rows]

    def do_GET(self) -> None:
        count, _, name = self.path[1:].partition("/")
        if name == "rows.json":
            self.answer(self.kept[count].path.read_bytes(), "application/json")
        else:
            self.answer(PAGE.encode(), "text/html")

    def do_POST(self) -> None:
        _, count, name = self.path.split("/")
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if name == "save":
            self.kept[count].put(body["cells"])
        self.answer(json.dumps(body).encode(), "application/json")

    def answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


if __name__ == "__main__":
    listener, folder, *counts = sys.argv[1:]
    Handler.kept = {count: Rows(Path(folder) / count, int(count)) for count in counts}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
    server.socket = socket.socket(fileno=int(listener))
    server.serve_forever()
