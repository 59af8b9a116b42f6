// Tickets out of the timeline, which has one line for each with what it is now, the newest first.

export interface Ticket {
  id: string;
  severity: string;
  open: boolean;
  escalated: boolean;
  subject: string;
}

/** What a timeline's line says about a ticket; null when it speaks differently. */
export function ticketOf(title: string): Ticket | null {
  const found = /^Ticket (\S+) \((\w+), (open|closed)(, escalated)?\)(?:: ([\s\S]*))?$/.exec(title);
  if (!found) return null;
  return {
    id: found[1] ?? '',
    severity: found[2] ?? '',
    open: found[3] === 'open',
    escalated: Boolean(found[4]),
    subject: found[5] ?? '',
  };
}
