// Every colour is a token: fails on a colour that is written anywhere but in styles/tokens.css.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const COLOUR =
  /#[0-9a-f]{3,8}\b(?=[;\s,)"'])|\b(?:rgba?|hsla?|oklch|oklab|lab|lch|color)\(|(?:color|background|fill|stroke|border[a-z-]*):\s*(?:white|black|red|green|blue|gr[ae]y)\b/i;
const wrong = [];
for (const entry of readdirSync('src', { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath ?? entry.path, entry.name);
  if (!entry.isFile() || !/\.(svelte|css|ts)$/.test(entry.name) || path.endsWith('tokens.css')) continue;
  readFileSync(path, 'utf8')
    .split('\n')
    .forEach((line, index) => {
      if (COLOUR.test(line)) wrong.push(`${path}:${index + 1}: ${line.trim()}`);
    });
}
if (wrong.length > 0) {
  console.error(`Colours belong in src/styles/tokens.css:\n${wrong.join('\n')}`);
  process.exit(1);
}
