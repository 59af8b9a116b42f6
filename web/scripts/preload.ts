// Names in index.html the chunks that nearly every page shares: the browser fetches them beside the entry, not after it has run.
import type { HtmlTagDescriptor, Plugin } from 'vite';

/** A vite plugin that preloads the chunks of these groups of vite.config.ts. */
export function preload(groups: readonly string[]): Plugin {
  return {
    name: 'preload',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const shared = Object.values(bundle ?? {}).filter((file) => file.type === 'chunk' && groups.includes(file.name));
        return shared.map(
          (file): HtmlTagDescriptor => ({
            tag: 'link',
            attrs: { rel: 'modulepreload', crossorigin: true, href: `/${file.fileName}` },
            injectTo: 'head',
          }),
        );
      },
    },
  };
}
