import { expect, test } from 'vitest';
import { ticketOf } from '../../src/lib/records';

test('tickets are read out of their lines', () => {
  expect(ticketOf('Ticket larkmoor-t9 (critical, open, escalated): Records: still missing')).toEqual({
    id: 'larkmoor-t9',
    severity: 'critical',
    open: true,
    escalated: true,
    subject: 'Records: still missing',
  });
  expect(ticketOf('Ticket t1 (low, closed)')).toEqual({ id: 't1', severity: 'low', open: false, escalated: false, subject: '' });
  expect(ticketOf('A ticket was opened')).toBeNull();
});
