// Starts the real local system with its demo portfolio and a clock that starts at a fixed moment, and stops it after the tests.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
export const NOW = '2026-11-27T09:00:00Z';

export interface Server {
  url: string;
  stop: () => void;
}

export default async function start(): Promise<(() => void) | undefined> {
  if (process.env.KEEPWELL_URL) return undefined;
  const server = await launch();
  process.env.KEEPWELL_URL = server.url;
  return server.stop;
}

/** Starts a local system of its own, with further options. */
export async function launch(options: string[] = []): Promise<Server> {
  const binary = process.env.KEEPWELL_BINARY ?? `${ROOT}/target/debug/keepwell`;
  const server = spawn(binary, ['--data', ':memory:', '--port', '0', '--now', NOW, '--no-web-build', ...options], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    const late = setTimeout(() => reject(new Error(`the server did not start within 240 s; it said:\n${said}`)), 240_000);
    server.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString();
      const found = /Keepwell is at (http:\/\/[^\s]+)[\s\S]*Ctrl-C/.exec(said)?.[1];
      if (found) {
        clearTimeout(late);
        resolve(found);
      }
    });
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`the server ended with ${code}; it said:\n${said}`)));
  });
  const stop = () => {
    server.removeAllListeners('exit');
    server.kill('SIGTERM');
  };
  return { url, stop };
}
