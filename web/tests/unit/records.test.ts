import { expect, test } from 'vitest';
import { goalOf, ticketOf } from '../../src/lib/records';

test('goals and tickets are read out of their lines', () => {
  expect(goalOf('Goal due: Reporting (all) hours saved a month (28 of 40)')).toEqual({
    name: 'Reporting (all) hours saved a month',
    actual: 28,
    target: 40,
  });
  expect(goalOf('Goal due: Nothing measured')).toBeNull();
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
