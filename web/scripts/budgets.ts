// The build fails when the console grows beyond these sizes. JavaScript and CSS in bytes after gzip, the folder in bytes on disk.
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

const KB = 1024;
// What a person waits for is small: the entry, and a page's own chunk. The folder is what a release binary carries: all pages.
export const BUDGETS = { entry: 35 * KB, page: 15 * KB, chart: 25 * KB, yaml: 34 * KB, css: 12 * KB, folder: 1100 * KB };

/** A vite plugin that compares what was built with the budgets and prints the largest. */
export function budgets(): Plugin {
  return {
    name: 'budgets',
    apply: 'build',
    generateBundle(_options, bundle) {
      const size = (name: string) => {
        const file = bundle[name];
        if (!file) return 0;
        return gzipSync(file.type === 'chunk' ? file.code : file.source).length;
      };
      const problems: string[] = [];
      const check = (what: string, bytes: number, limit: number) => {
        if (bytes > limit) problems.push(`${what}: ${(bytes / KB).toFixed(1)} KB, allowed are ${limit / KB} KB`);
      };
      const sheets: number[] = [];
      let folder = 0;
      const entry = new Set<string>();
      for (const [name, file] of Object.entries(bundle)) {
        folder += file.type === 'chunk' ? Buffer.byteLength(file.code) : Buffer.byteLength(file.source);
        if (name.endsWith('.css')) sheets.push(size(name));
        // What index.html names, and what that starts.
        if (file.type === 'chunk' && (file.isEntry || file.name === 'base')) {
          entry.add(name);
          for (const imported of file.imports) entry.add(imported);
        }
      }
      if (process.env.BUDGETS) {
        for (const name of Object.keys(bundle))
          console.log(`${entry.has(name) ? '*' : ' '} ${String(size(name)).padStart(6)} ${name}`);
      }
      const entryBytes = [...entry].reduce((sum, name) => sum + size(name), 0);
      check('what every page loads first', entryBytes, BUDGETS.entry);
      // The common sheet is the largest; a page adds one of its own, or two.
      const [common = 0, ...own] = sheets.sort((a, b) => b - a);
      const css = common + (own[0] ?? 0) + (own[1] ?? 0);
      check('style sheets of a page', css, BUDGETS.css);
      check('dist', folder, BUDGETS.folder);
      let largest = { name: '', bytes: 0 };
      for (const [name, file] of Object.entries(bundle)) {
        // Two chunks that need each other run in the wrong order, and nothing is drawn.
        if (file.type === 'chunk' && file.name === 'base' && file.imports.some((one) => !/\/(early|rolldown-runtime)-/.test(one)))
          problems.push(`base needs ${file.imports.join(', ')}: put what it imports into its group in vite.config.ts`);
        if (file.type !== 'chunk' || entry.has(name)) continue;
        const bytes = size(name);
        const has = (library: string) => file.moduleIds.some((id) => id.includes(`/node_modules/${library}/`));
        check(name, bytes, has('uplot') ? BUDGETS.chart : has('yaml') ? BUDGETS.yaml : BUDGETS.page);
        if (bytes > largest.bytes) largest = { name, bytes };
      }
      const kb = (bytes: number) => `${(bytes / KB).toFixed(1)} KB`;
      console.log(
        `budgets: first load ${kb(entryBytes)}, largest chunk ${kb(largest.bytes)} (${largest.name}), CSS ${kb(css)}, folder ${kb(folder)}`,
      );
      if (problems.length > 0) this.error(`over budget:\n  ${problems.join('\n  ')}`);
    },
  };
}
