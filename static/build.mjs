// Builds static/ into build/static/: one stylesheet, one script, one sprite, the fonts, a manifest.
//
// Every output has its content hash in its name, so that browsers may keep it for ever; the template
// tag `asset` finds the names in manifest.json. Runs in well under a second: `npm run build`.

import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const target = join(root, "build", "static");
const fresh = `${target}.new`;

rmSync(fresh, { recursive: true, force: true });
mkdirSync(fresh, { recursive: true });

const scripts = readdirSync(join(here, "js"))
  .filter((name) => name.endsWith(".js"))
  .sort();
const result = await build({
  absWorkingDir: root,
  stdin: {
    contents: scripts.map((name) => `import "./js/${name}";`).join("\n"),
    resolveDir: here,
    sourcefile: "app.js",
  },
  entryNames: "app-[hash]",
  assetNames: "[name]-[hash]",
  outdir: fresh,
  bundle: true,
  minify: true,
  sourcemap: "linked",
  format: "esm",
  target: ["es2022"],
  metafile: true,
  logLevel: "warning",
});
// The editor brings a grid of its own: only its page loads it.
const editor = await build({
  absWorkingDir: root,
  entryPoints: [join(here, "editor", "editor.js")],
  entryNames: "editor-[hash]",
  outdir: fresh,
  bundle: true,
  minify: true,
  sourcemap: "linked",
  format: "esm",
  target: ["es2022"],
  metafile: true,
  logLevel: "warning",
});
const styles = await build({
  absWorkingDir: root,
  entryPoints: [join(here, "css", "app.css")],
  entryNames: "app-[hash]",
  assetNames: "[name]-[hash]",
  outdir: fresh,
  bundle: true,
  minify: true,
  loader: { ".woff2": "file" },
  // A linked map would be a comment with a URL in the CSS; the sources are readable as they are.
  sourcemap: false,
  metafile: true,
  logLevel: "warning",
});

const files = {};
for (const [path, output] of Object.entries({
  ...result.metafile.outputs,
  ...editor.metafile.outputs,
  ...styles.metafile.outputs,
})) {
  const name = basename(path);
  if (output.entryPoint?.endsWith("app.css")) files["app.css"] = name;
  else if (name.startsWith("editor-") && name.endsWith(".js")) files["editor.js"] = name;
  else if (name.endsWith(".js")) files["app.js"] = name;
  else if (name.startsWith("inter-latin-wght")) files["font.woff2"] = name;
}

const icons = readFileSync(join(here, "icons.txt"), "utf8").split(/\s+/).filter(Boolean);
files["sprite.svg"] = keep("sprite.svg", sprite(icons));
files["icon.svg"] = keep("icon.svg", readFileSync(join(here, "icon.svg"), "utf8"));

writeFileSync(join(fresh, "manifest.json"), JSON.stringify({ files, icons }, null, 1));
keepRecent();
rmSync(target, { recursive: true, force: true });
renameSync(fresh, target);
console.log(
  `Built ${Object.keys(files).length} assets and ${icons.length} icons into build/static.`,
);

/** Our outcome marks and the lucide icons in use, as symbols of one file. */
function sprite(names) {
  const symbols = names.map((name) => {
    const source = readFileSync(
      join(root, "node_modules/lucide-static/icons", `${name}.svg`),
      "utf8",
    );
    const shapes = source.slice(
      source.indexOf(">", source.indexOf("<svg")) + 1,
      source.lastIndexOf("</svg>"),
    );
    return `<symbol id="i-${name}" viewBox="0 0 24 24">${shapes.replace(/\s+/g, " ").trim()}</symbol>`;
  });
  const marks = readFileSync(join(here, "marks.svg"), "utf8").replace("</svg>", "").trim();
  return `${marks}\n${symbols.join("\n")}\n</svg>\n`;
}

/** Write a file under a name with its hash in it, and return that name. */
function keep(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  const hashed = name.replace(".", `-${hash}.`);
  writeFileSync(join(fresh, hashed), content);
  return hashed;
}

/** A server that is running knows the names of its own build: its files stay for a day. */
function keepRecent() {
  if (!existsSync(target)) return;
  const oldest = Date.now() - 24 * 3600 * 1000;
  for (const name of readdirSync(target)) {
    const [from, to] = [join(target, name), join(fresh, name)];
    if (!existsSync(to) && statSync(from).mtimeMs > oldest)
      cpSync(from, to, { preserveTimestamps: true });
  }
}
