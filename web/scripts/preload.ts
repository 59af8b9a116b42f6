// Names in index.html what the browser will need: it fetches that beside the entry, not after it has run.
import { readFileSync } from 'node:fs';
import type { HtmlTagDescriptor, Plugin } from 'vite';

export interface Preloads {
  /** Chunks that nearly every page shares, by their names, the largest first: a browser has six connections to HTTP/1.1. */
  shared: readonly string[];
  /** Pages that people come in by: the path, and the chunk's name. `first.js` fetches theirs when the address is that path. */
  pages: Readonly<Record<string, string>>;
}

const FIRST = new URL('../src/first.js', import.meta.url);

/** A vite plugin that preloads chunks, and puts `first.js` where index.html has its name as a comment. */
export function preload({ shared, pages }: Preloads): Plugin {
  return {
    name: 'preload',
    buildStart() {
      if (this.environment.mode === 'build') this.emitFile({ type: 'asset', name: 'first.js', source: readFileSync(FIRST) });
    },
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle }) {
        const put = (attributes: string) => html.replace('<!--first.js-->', `<script ${attributes}></script>`);
        if (!bundle) return put('src="/src/first.js"');
        const built = Object.values(bundle);
        const first = built.find((file) => file.type === 'asset' && file.names.includes('first.js'));
        const chunks = built.filter((file) => file.type === 'chunk');
        const always = shared.flatMap((name) => chunks.filter((chunk) => chunk.name === name));
        const byEntry = new Set(chunks.filter((chunk) => chunk.isEntry).flatMap((entry) => entry.imports));
        const byPath = Object.entries(pages).map(([path, name]): [string, string[]] => {
          const page = chunks.find((chunk) => chunk.name === name && chunk.isDynamicEntry);
          if (!page) throw new Error(`preload: there is no chunk ${name}`);
          const around = chunks.filter((chunk) => page.imports.includes(chunk.fileName) && !byEntry.has(chunk.fileName));
          const own = [page, ...around].filter((chunk) => !always.includes(chunk));
          // Sheets of what all pages share are here too: who has to sign in needs none, and browsers tell of what is fetched for nothing.
          const sheets = [...own, ...always].flatMap((chunk) => [...(chunk.viteMetadata?.importedCss ?? [])]);
          return [path, [...own.map((chunk) => chunk.fileName), ...sheets].map((file) => `/${file}`)];
        });
        const list = JSON.stringify(Object.fromEntries(byPath)).replaceAll('"', '&quot;');
        return {
          html: put(`src="/${first?.fileName}" data-pages="${list}"`),
          tags: always.map(
            (chunk): HtmlTagDescriptor => ({
              tag: 'link',
              attrs: { crossorigin: true, rel: 'modulepreload', href: `/${chunk.fileName}` },
              injectTo: 'head',
            }),
          ),
        };
      },
    },
  };
}
