// Edits that the server does not have yet, kept in the browser: a lost line, a crash or a closed tab
// costs none of them. Each page keeps its own; a page that opens takes over what closed ones left.

const MOST_DAYS = 30;

export class Kept {
  constructor(prefix) {
    this.prefix = prefix;
    this.key = prefix + newWord();
    this.works = true;
    // Held as long as the page lives: what has no holder was left behind.
    navigator.locks?.request(this.key, () => new Promise(() => {}));
  }

  /** Keep operations that were made on a revision; none frees the place. */
  write(revision, operations) {
    try {
      if (!operations.length) localStorage.removeItem(this.key);
      else {
        const kept = { at: Date.now(), revision, operations };
        localStorage.setItem(this.key, JSON.stringify(kept));
      }
      this.works = true;
    } catch {
      // Full or forbidden: then the page asks before it closes.
      this.works = false;
    }
  }

  /** What pages that are gone left, the oldest first. */
  async left() {
    const { held = [] } = (await navigator.locks?.query()) ?? {};
    const alive = new Set(held.map((lock) => lock.name));
    const oldest = Date.now() - MOST_DAYS * 86400000;
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(this.prefix) && key !== this.key && !alive.has(key))
      .map((key) => ({ key, ...read(key) }))
      .filter(({ key, at }) => at > oldest || localStorage.removeItem(key))
      .sort((a, b) => a.at - b.at);
  }

  drop(left) {
    for (const { key } of left) localStorage.removeItem(key);
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

/** A word that no other page makes; also where `crypto.randomUUID` is not, on plain HTTP. */
export function newWord() {
  const parts = crypto.getRandomValues(new Uint8Array(8));
  return [...parts].map((part) => part.toString(16).padStart(2, "0")).join("");
}
