// Makes elements: no markup from texts that people typed.

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export function button(words, act, attributes = {}) {
  const made = element("button", { class: "btn btn--sm", type: "button", ...attributes }, words);
  made.addEventListener("click", act);
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

/** A shape of the sprite; its name stands in static/icons.txt or marks.svg. */
export function icon(name, look = "icon") {
  return drawing("use", { href: `${document.body.dataset.sprite}#${name.startsWith("m-") ? name : `i-${name}`}` }, look);
}

/** A bar as long as a share of its room. */
export function bar(share) {
  const width = `${Math.round(share * 100)}%`;
  return drawing("rect", { class: "f-muted", width, height: "100%" }, "bar bar--thin");
}

function drawing(name, attributes, look) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", look);
  svg.setAttribute("aria-hidden", "true");
  const part = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) part.setAttribute(key, value);
  svg.append(part);
  return svg;
}
