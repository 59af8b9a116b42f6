// The local system on a free port, its demo loaded, always on the same day.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Starts `target/debug/keepwell`, or the program in KEEPWELL_BINARY; resolves when it is ready. */
export async function start() {
  const binary = process.env.KEEPWELL_BINARY ?? `${ROOT}/target/debug/keepwell`;
  const args = ['--data', ':memory:', '--port', '0', '--now', '2026-11-27T09:00:00Z', '--no-web-build'];
  const server = spawn(binary, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise((resolve, reject) => {
    let said = '';
    server.stdout.on('data', (bytes) => {
      said += bytes;
      const found = /Keepwell is at (http:\/\/\S+)[\s\S]*Ctrl-C/.exec(said)?.[1];
      if (found) resolve(found);
    });
    server.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
  });
  return { url, stop: () => server.kill('SIGTERM') };
}
