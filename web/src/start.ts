import { mount } from 'svelte';
import App from './App.svelte';
import { renewWhenGone } from './lib/renewal';

/** The page is read and styled: the script does not wait for that by itself, and sizes are measured when something is drawn. */
async function ready(): Promise<void> {
  if (document.readyState === 'loading') await new Promise((done) => document.addEventListener('DOMContentLoaded', done));
  const sheets = document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]');
  const late = [...sheets].filter((sheet) => !sheet.sheet);
  await Promise.all(
    late.map((sheet) => new Promise((done) => ['load', 'error'].map((event) => sheet.addEventListener(event, done)))),
  );
}

await ready();
renewWhenGone();
const target = document.getElementById('app');
if (target) {
  target.replaceChildren();
  mount(App, { target });
}
