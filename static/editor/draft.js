// What the server knows of the draft: operations go out one after the other, each on the revision
// that was seen, and every answer says what else has changed since. Until the server has an edit,
// the browser keeps it.

import { Kept } from "./kept.js";
import { byRow, edits, missing, parted, touches } from "./operations.js";

const PAUSE = 250; // Milliseconds in which edits of cells gather into one operation.
const AGAIN = [1000, 2000, 5000, 15000, 30000]; // When the line is tried again.
const PATIENCE = 30000;
const MOST = 500; // Operations that the server takes at once.

export class Draft {
  constructor({ base, table, edit, person }, notices) {
    this.base = base;
    this.table = table;
    this.mayEdit = edit === "yes";
    this.notices = notices;
    this.kept = new Kept(`edits:${person}:${base}${table}:`);
    this.revision = 0;
    this.waiting = [];
    this.flying = [];
    this.clashes = [];
    this.most = MOST;
    this.failures = 0;
    this.onAnswer = () => {};
    this.onRefused = () => {};
    this.onClash = () => {};
    addEventListener("beforeunload", (event) => {
      if (this.unsaved().length && !this.kept.works) event.preventDefault();
    });
    addEventListener("online", () => this.send());
    addEventListener("offline", () => this.lineLost());
  }

  /** Read the whole table. */
  async read() {
    const answer = await fetch(`${this.base}tables/${encodeURIComponent(this.table)}/rows.json`, {
      headers: { Accept: "application/json" },
    });
    if (!answer.ok)
      throw new Error(`The table could not be read (${answer.status}). Reload the page.`);
    const read = await answer.json();
    this.revision = read.revision;
    return read.table;
  }

  /** Take over what pages that are gone could not save; tells whether there was anything. */
  async adopt(records, fields) {
    const left = await this.kept.left();
    const operations = left.flatMap((one) => missing(one.operations, records, fields));
    if (operations.length) {
      // On the revision that was seen then, so that others' newer edits are not written over.
      this.revision = Math.min(this.revision, ...left.map((one) => one.revision));
      this.waiting = operations;
      this.keep();
    }
    this.kept.drop(left);
    return operations.length > 0;
  }

  unsaved() {
    return [...this.clashes.flatMap((clash) => clash.operations), ...this.flying, ...this.waiting];
  }

  /** Operations on their way, without those that somebody must decide on. */
  pending() {
    return [...this.flying, ...this.waiting];
  }

  keep() {
    const seen = Math.min(this.revision, ...this.clashes.map((clash) => clash.seen));
    this.kept.write(seen, this.unsaved());
  }

  /** Note that cells were edited; what is edited in one breath goes out together. */
  cells(cells) {
    const last = this.waiting.at(-1);
    if (last?.op === "cells") last.cells.push(...cells);
    else this.waiting.push({ op: "cells", table: this.table, cells });
    this.keep();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), PAUSE);
    if (!this.failures) this.notices.state("Saving");
    else this.tellOffline();
  }

  /** Send an operation on rows, after the edits that were made before it. */
  operation(operation) {
    this.waiting.push({ ...operation, table: this.table });
    this.keep();
    return this.send();
  }

  send() {
    clearTimeout(this.timer);
    this.round ??= this.rounds().finally(() => (this.round = null));
    return this.round;
  }

  async rounds() {
    while (this.waiting.length && !this.halted) {
      this.flying = this.waiting.splice(0, this.most);
      this.notices.state("Saving");
      const body = { operations: this.flying, table: this.table };
      const { kind, said } = await this.post("operations", body);
      const sent = this.flying;
      this.flying = [];
      const goesOn = await this[kind](sent, said);
      this.keep();
      if (!goesOn) return;
    }
    this.most = MOST;
    if (this.clashes.length) this.onClash();
  }

  async post(name, body) {
    const request = {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "If-Match": `"${this.revision}"`,
        "X-CSRFToken": csrfToken(),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE),
    };
    const answer = await fetch(this.base + name, request).catch(() => null);
    if (!answer || answer.status >= 500 || answer.status === 429) return { kind: "offline" };
    const said = await answer.json().catch(() => null);
    if (answer.redirected || !said) return { kind: "signedOut" };
    this.failures = 0;
    const kinds = { 200: "saved", 409: "clash", 422: "unfit" };
    return { kind: kinds[answer.status] ?? "refused", said };
  }

  saved(sent, said) {
    const ours = new Set(sent.flatMap(touches));
    const theirs = new Set((said.rows ?? []).map(([id]) => id).filter((id) => !ours.has(id)));
    this.setAside(theirs, "Somebody changed this row while you were editing.");
    this.revision = said.revision;
    this.notices.saved(said.summary);
    this.onAnswer(said);
    return true;
  }

  /** Others changed the same rows: the rest is sent again, and what collides is asked about. */
  async clash(sent, said) {
    if (!said.touched) return this.refused(sent, said);
    this.waiting = [...sent, ...this.waiting];
    this.setAside(new Set(said.touched), said.message.replace(/ Look at it,.*$/s, ""));
    if (!this.waiting.length) await this.look("");
    return true;
  }

  setAside(ids, words) {
    const [operations, rest] = parted(this.waiting, ids);
    if (!operations.length) return;
    this.waiting = rest;
    this.clashes.push({ words, operations: byRow(operations), seen: this.revision });
  }

  /** Something among the operations cannot be: halve them until it is found. */
  unfit(sent, said) {
    const [first] = sent;
    if (sent.length > 1) {
      this.most = 1;
      this.waiting = [...sent, ...this.waiting];
    } else if (first.op === "cells" && first.cells.length > 1) {
      const middle = Math.ceil(first.cells.length / 2);
      const halves = [first.cells.slice(0, middle), first.cells.slice(middle)];
      this.most = 1;
      this.waiting = [...halves.map((cells) => ({ ...first, cells })), ...this.waiting];
    } else if (first.op === "cells") {
      this.notices.state("1 cell is not saved", "bad");
      this.onRefused(first.cells[0], said.message);
    } else return this.refused(sent, said);
    return true;
  }

  refused(sent, said) {
    this.notices.refused(said.message ?? "The server did not take this.", sent);
    this.onAnswer({ reload: "rows" });
    return true;
  }

  offline(sent) {
    this.waiting = [...sent, ...this.waiting];
    this.lineLost();
    return false;
  }

  signedOut(sent) {
    this.waiting = [...sent, ...this.waiting];
    if (!this.halted) this.notices.signedOut(edits(this.unsaved()));
    this.halted = true;
    return false;
  }

  lineLost() {
    this.failures += 1;
    this.tellOffline();
    clearTimeout(this.timer);
    const pause = AGAIN[Math.min(this.failures, AGAIN.length) - 1];
    this.timer = setTimeout(() => this.send(), pause);
  }

  tellOffline() {
    const count = edits(this.unsaved());
    const kept = `${count} ${count === 1 ? "edit" : "edits"} kept here`;
    this.notices.state(count ? `Offline: ${kept}` : "Offline", "warn");
  }

  /** Take back, or do again, one's own last change; first everything that waits is saved. */
  async step(name) {
    await this.send();
    if (this.waiting.length) return;
    const { kind, said } = await this.post(name, { table: this.table });
    if (kind === "offline") this.notices.refused("No connection: try again when it is back.", []);
    else if (kind === "signedOut") this.signedOut([]);
    else if (kind === "saved") this.saved([], said);
    else this.notices.refused(said.message, []);
  }

  /** Hear what others changed since, and where they are; `row` tells them where we are. */
  async look(row) {
    const seen = this.revision;
    const lost = this.failures;
    const { kind, said } = await this.post("look", { table: this.table, row, seen });
    if (kind === "offline") return this.lineLost();
    if (kind !== "saved") return kind === "signedOut" ? this.signedOut([]) : undefined;
    if (lost && !this.waiting.length) this.notices.state("Back online");
    else if (lost) this.send();
    this.notices.company(said.people, this.table);
    // An answer of its own that came meanwhile knows more.
    if (said.revision <= this.revision || this.pending().length) return;
    this.revision = said.revision;
    this.onAnswer(said);
    return said;
  }

  /** Ask what a text would mean in a column. */
  async check(column, text, signal) {
    const answer = await fetch(`${this.base}cell`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify({ table: this.table, column, text }),
      signal,
    }).catch(() => null);
    return answer?.ok || answer?.status === 422 ? answer.json().catch(() => null) : null;
  }

  // What somebody decides about rows that collide

  /** Let the others' texts stand, or send one's own on top of them. */
  decide(clash, operations, mine) {
    clash.operations = clash.operations.filter((one) => !operations.includes(one));
    this.clashes = this.clashes.filter((one) => one.operations.length);
    if (mine) this.waiting.push(...operations);
    this.keep();
    if (mine) this.send();
  }
}

export function csrfToken() {
  const headers = document.body.getAttribute("hx-headers:inherited");
  return JSON.parse(headers)["X-CSRFToken"];
}
