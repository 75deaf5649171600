// Measures in the page, the same way for the editor and for the plain page.

const READY = "[data-editor][data-ready], body[data-ready]";
const FIELD = "input, textarea, [contenteditable]";
const MOST = 20000; // Milliseconds of one measure.
const seen = { down: 0, edited: null, key: 0, keys: [] };

function painted() {
  return new Promise((done) => {
    requestAnimationFrame(() => {
      const line = new MessageChannel();
      line.port1.onmessage = () => done(performance.now());
      line.port2.postMessage(0);
    });
  });
}

const opened = new Promise((done, fail) => {
  setTimeout(() => fail(new Error("The table was not there in time.")), MOST);
  const watch = new MutationObserver(() => {
    if (!document.querySelector(READY)) return;
    watch.disconnect();
    done(painted());
  });
  const how = { subtree: true, childList: true, attributes: true, attributeFilter: ["data-ready"] };
  watch.observe(document, how);
});

addEventListener("pointerdown", (event) => { seen.down = event.timeStamp; }, true);
addEventListener("focusin", (event) => {
  if (!event.target.matches(FIELD)) return;
  const { down } = seen;
  seen.edited = painted().then((now) => now - down);
}, true);
addEventListener("keydown", (event) => { seen.key = event.timeStamp; }, true);
addEventListener("input", () => {
  const { key } = seen;
  const line = new MessageChannel();
  line.port1.onmessage = () => {
    document.body.getBoundingClientRect();
    seen.keys.push(performance.now() - key);
  };
  line.port2.postMessage(0);
}, true);

function scroller() {
  return document.querySelector(".tabulator-tableholder") ?? document.scrollingElement;
}

function state() {
  return document.querySelector("[data-state]:not(body)")?.textContent ?? document.body.dataset.state ?? "";
}

window.measures = {
  opened,
  async edited() {
    const end = performance.now() + 10000;
    while (!seen.edited) {
      if (performance.now() > end) throw new Error("No field to edit the cell appeared.");
      await painted();
    }
    return seen.edited;
  },
  keys: () => seen.keys.splice(0),
  top: () => { scroller().scrollTop = 0; },

  async scroll(steps) {
    const times = [];
    const end = performance.now() + MOST;
    for (let step = 0; step < steps && performance.now() < end; step += 1) {
      await painted();
      const start = performance.now();
      scroller().scrollTop += 600;
      times.push((await painted()) - start);
    }
    return times;
  },

  async paste(text) {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    const how = { clipboardData, bubbles: true, cancelable: true };
    const place = document.querySelector(".tabulator-tableholder") ?? document.body;
    const start = performance.now();
    place.dispatchEvent(new ClipboardEvent("paste", how));
    const drawn = (await painted()) - start;
    while (!state().startsWith("Saved")) {
      if (performance.now() - start > MOST) break; // It counts as this long.
      await painted();
    }
    return [drawn, performance.now() - start];
  },

  async ask(address, body) {
    const headers = { "Content-Type": "application/json" };
    const known = document.body.getAttribute("hx-headers:inherited");
    if (known) headers["X-CSRFToken"] = JSON.parse(known)["X-CSRFToken"];
    if (address.endsWith("/operations")) headers["If-Match"] = sessionStorage.revision;
    const how = body ? { method: "POST", headers, body: JSON.stringify(body) } : {};
    const start = performance.now();
    const answer = await fetch(address, how);
    await answer.text();
    const took = performance.now() - start;
    sessionStorage.revision = answer.headers.get("ETag") ?? sessionStorage.revision;
    if (answer.status !== 200) throw new Error(`${address} answered ${answer.status}.`);
    return took;
  },
};
