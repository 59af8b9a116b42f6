// What time it is at the server. The local system's clock can stand anywhere; days are counted from it.

let offsetMs = $state(0);

/** The server's now. */
export function now(): Date {
  return new Date(Date.now() + offsetMs);
}

/** Takes over the time that the server says it has. */
export function setClock(server: string): void {
  const difference = new Date(server).getTime() - Date.now();
  // Seconds that the answer took are no difference.
  offsetMs = Math.abs(difference) < 5000 ? 0 : difference;
}
