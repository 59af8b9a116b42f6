// First what is small: it asks for the open page's code and first rows. The rest is on its way at the same time (scripts/preload.ts).
import './styles/main.css';
import { early } from './lib/early';
import { restore } from './lib/token';
import { find, loadShell } from './routes';

const stored = restore();
if (stored) {
  early(stored.token);
  const later = () => undefined;
  void loadShell().catch(later);
  void find(location.pathname).route.load().catch(later);
}
void import('./start');
