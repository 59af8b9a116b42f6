import './styles/main.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { renewWhenGone } from './lib/renewal';

renewWhenGone();
const target = document.getElementById('app');
if (target) {
  target.replaceChildren();
  mount(App, { target });
}
