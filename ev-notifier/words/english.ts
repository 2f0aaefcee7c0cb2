// The texts in English.
import type { PaymentFailure } from '../../shared/messages/values.ts';
import { MISSING, type Words } from './said.ts';

const FAILURES: Readonly<Record<PaymentFailure, string>> = {
  declined: 'it was declined', 'not-possible': 'it is not possible',
  'gateway-away': 'the payment service did not answer',
  'not-confirmed': 'it was not confirmed in time', 'not-captured': 'the amount could not be collected',
};

export const ENGLISH: Words = {
  foot: 'What you are told of, and how, you choose in your account, under notifications.',
  kinds: {
    'charge-started': ({ place }) => ({
      subject: 'your charge has begun', lines: [`Your charge at ${place} has begun.`],
    }),
    'charge-nearly-done': ({ place, energy, amount, soc }) => ({
      subject: 'your charge is nearly done',
      lines: [
        `Your charge at ${place} is nearly done: ${energy}${amount === MISSING ? '' : `, ${amount}`}`
        + `${soc === '' ? '' : `, battery at ${soc}`}.`,
        'Please move your vehicle soon after its end: others may be waiting.',
      ],
    }),
    'charge-complete': ({ place, energy, amount }) => ({
      subject: 'your charge is complete',
      lines: [`Your charge at ${place} is complete: ${energy}, ${amount}.`, 'Thank you for charging with us.'],
    }),
    'charge-interrupted': ({ place }) => ({
      subject: 'your charge was interrupted',
      lines: [
        `Your charge at ${place} was interrupted. Please check on your vehicle.`,
        'You pay for what was charged; the ticket follows as soon as its end is known.',
      ],
    }),
    'queue-offer': ({ place, until }) => ({
      subject: 'a connector is free for you',
      lines: [
        `It is your turn: ${place} is kept for you until ${until}.`,
        'Plug in by then, or the next one gets it.',
      ],
    }),
    'reservation-reminder': ({ place, from, to }) => ({
      subject: 'your reservation begins soon',
      lines: [`Your reservation at ${place} is from ${from} to ${to}.`, 'If you do not need it, please cancel it.'],
    }),
    'reservation-no-show': ({ place, from, fee }) => ({
      subject: 'you did not come to your reservation',
      lines: [
        `Your reservation at ${place} of ${from} was given away because nobody came.`,
        fee === MISSING ? '' : `The fee for it is ${fee}.`,
      ],
    }),
    'payment-failed': ({ amount, failure, isForCharge }) => ({
      subject: 'a payment failed',
      lines: [
        `Your payment of ${amount} failed${failure === null ? '' : `: ${FAILURES[failure]}`}.`,
        isForCharge ? 'The charge is billed to your balance.' : 'No money was taken. Please try again.',
      ],
    }),
    'invoice-ready': ({ number, amount }) => ({
      subject: `document ${number}`,
      lines: [`Your document ${number} for ${amount} is ready.`, 'You find it in your account, under invoices.'],
    }),
    'low-balance': ({ amount }) => ({
      subject: 'your balance is low',
      lines: [`Your balance is ${amount}.`, 'Top it up before your next charge, which might not begin otherwise.'],
    }),
    debt: ({ debt, amount, group }) => {
      const balance = group === '' ? 'your balance' : `the balance of the group ${group}`;
      const Balance = `${balance.charAt(0).toUpperCase()}${balance.slice(1)}`;
      if (debt === 'settled') {
        return { subject: 'nothing is owed any more', lines: [`${Balance} is no longer below zero. Thank you.`] };
      }
      return {
        subject: debt === 'final' ? 'final notice: a balance below zero' : 'a balance below zero',
        lines: [
          `${debt === 'final' ? `Final notice: ${balance}` : Balance} is below zero: ${amount} is owed. `
          + 'Please top it up.',
          'Until then no new charge can begin.',
        ],
      };
    },
    'point-faulted': ({ place, site, note }) => ({
      subject: `${place} is broken down`,
      lines: [
        `${place} at ${site} is broken down${note === '' ? '' : `: ${note}`}.`,
        'It serves nobody until it is well.',
      ],
    }),
    'point-recovered': ({ place, site }) => ({
      subject: `${place} is well again`, lines: [`${place} at ${site} is well again.`],
    }),
    'maintenance-planned': ({ site, from, to, note, hasReservations }) => ({
      subject: `maintenance at ${site}`,
      lines: [
        `Maintenance at ${site} from ${from} to ${to}.`, note, 'Charging may not be possible in this time.',
        hasReservations ? 'Reservations in this time stay booked. If the connector is out of service when one begins, '
          + 'it moves to an equal one at the site; if there is none, it is cancelled and its fee given back.' : '',
      ],
    }),
  },
};
