// What the server knows of the draft: operations go out one after the other, each on the revision
// that was seen, and every answer says what else has changed since.

const PAUSE = 250; // Milliseconds in which edits of cells gather into one operation.

export class Draft {
  constructor({ base, table, edit }, side) {
    this.base = base;
    this.table = table;
    this.mayEdit = edit === "yes";
    this.side = side;
    this.revision = 0;
    this.waiting = [];
    this.sending = null;
    this.timer = 0;
    this.onAnswer = () => {};
    window.addEventListener("beforeunload", (event) => {
      if (this.waiting.length || this.sending) event.preventDefault();
    });
    window.addEventListener("online", () => this.send());
  }

  /** Read the whole table. */
  async read() {
    const answer = await fetch(`${this.base}tables/${encodeURIComponent(this.table)}/rows.json`, {
      headers: { Accept: "application/json" },
    });
    if (!answer.ok) throw new Error(`The table could not be read (${answer.status}). Reload the page.`);
    const read = await answer.json();
    this.revision = read.revision;
    return read.table;
  }

  /** Note that cells were edited; what is edited in one breath goes out together. */
  cells(cells) {
    const last = this.waiting.at(-1);
    if (last?.op === "cells") last.cells.push(...cells);
    else this.waiting.push({ op: "cells", table: this.table, cells });
    this.later();
  }

  /** Send an operation on rows, after the edits that were made before it. */
  operation(operation) {
    this.waiting.push({ ...operation, table: this.table });
    this.send();
  }

  later() {
    this.side.state("Not saved yet");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), PAUSE);
  }

  async send() {
    clearTimeout(this.timer);
    if (this.sending || !this.waiting.length) return this.sending;
    const operations = this.waiting;
    this.waiting = [];
    this.sending = this.post("operations", { operations, table: this.table }, operations);
    await this.sending;
    this.sending = null;
    if (this.waiting.length && navigator.onLine) return this.send();
  }

  /** Take back, or do again, one's own last change; first everything that waits is saved. */
  async step(name) {
    await this.send();
    await this.post(name, { table: this.table }, null);
  }

  async post(name, body, operations) {
    this.side.state("Saving");
    let answer;
    try {
      answer = await fetch(this.base + name, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          "If-Match": `"${this.revision}"`,
          "X-CSRFToken": csrfToken(),
        },
        body: JSON.stringify(body),
      });
    } catch {
      if (operations) this.waiting = [...operations, ...this.waiting];
      this.side.state("No connection. Your edits are kept and sent when it is back.", "warn");
      this.timer = setTimeout(() => this.send(), 5000);
      return;
    }
    const said = await answer.json().catch(() => ({}));
    if (answer.ok) {
      this.revision = said.revision;
      this.side.saved(said.summary);
      this.onAnswer(said);
    } else {
      this.side.refused(said.message ?? `Not saved: the server answered ${answer.status}.`, operations);
      this.onAnswer({ reload: "rows" });
    }
  }
}

function csrfToken() {
  const headers = document.body.getAttribute("hx-headers:inherited");
  return JSON.parse(headers)["X-CSRFToken"];
}

/** An id for a new row that no other page makes. */
export function newId() {
  return `row_${crypto.randomUUID().replaceAll("-", "").slice(0, 16)}`;
}
