// The demo's scenes about reservations: one driver books, is reminded by e-mail, comes and charges; another does not
// come, and her slot goes to who waits for it.
import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { formatMoney } from '../../shared/money.ts';
import { addressOf, letterLines } from './post.ts';
import { enters, leaves, point, type Say } from './scene.ts';
import { INVOICE_FOLDER, type Stage } from './stage.ts';

/** From the booking to the beginning of the slot: the reminder has to have its time before it. */
const BOOKED_AHEAD_MS = 11_000;

/** A connector booked for soon, a reminder, a charge that is paid from the wallet, and its invoice as a document. */
export async function bookedCharge(stage: Stage, say: Say, driverId: string, at: string): Promise<void> {
  const billing = stage.network.tool([
    'admin', 'billing', driverId, '--name', 'Ana Núñez Pérez', '--address', 'Calle del Mar 3', '--address',
    '03570 Villajoyosa',
  ]);
  const [driver] = await Promise.all([enters(stage, say, driverId), billing]);
  say(driverId, `books ${at} for a few seconds from now`);
  const { reservationId } = await driver.book(point(at), { inMs: BOOKED_AHEAD_MS });
  await letter(stage, say, driverId, 'reservation-reminder');
  await driver.toldOf('open', reservationId);
  say(driverId, 'is there, and checks in');
  await driver.checkIn(reservationId);
  await driver.toldOf('checked-in', reservationId);
  say(driverId, `asks for 8 kWh at ${at}`);
  const request = await driver.ask(point(at), { energyWh: 8_000 });
  await driver.told('ticket', request);
  const { invoiceNumber } = await driver.told('invoice', request);
  await Promise.all([
    letter(stage, say, driverId, 'invoice-ready'), writeInvoice(stage, say, { driverId, invoiceNumber }),
  ]);
  await leaves(stage, say, driverId);
}

async function writeInvoice(
  stage: Stage, say: Say, { driverId, invoiceNumber }: { driverId: string; invoiceNumber: string },
): Promise<void> {
  await mkdir(INVOICE_FOLDER, { recursive: true });
  const file = join(INVOICE_FOLDER, `${invoiceNumber}.pdf`);
  await stage.network.tool(['admin', 'invoice', invoiceNumber, '--pdf', file]);
  say('operator', `writes ${driverId}'s invoice into ${relative(process.cwd(), file)}`);
}

type Absence = { readonly absent: string; readonly waiting: string };

/** Nobody comes for a slot: she who booked it pays the fee, and she who waited for the connector charges at it. */
export async function noShow(stage: Stage, say: Say, { absent, waiting }: Absence, at: string): Promise<void> {
  const [booker, waiter] = await Promise.all([enters(stage, say, absent), enters(stage, say, waiting)]);
  say(absent, `books ${at} for a few seconds from now, and will not come`);
  const { reservationId } = await booker.book(point(at), { inMs: BOOKED_AHEAD_MS });
  await booker.toldOf('open', reservationId);
  say(waiting, `asks for 3 kWh at ${at}, which is kept for ${absent}, and waits`);
  const request = await waiter.ask(point(at), { energyWh: 3_000 });
  await waiter.told('queued', request);
  const { takenMinor, currency } = await booker.toldOf('no-show', reservationId);
  say(absent, `has not come and pays ${formatMoney(takenMinor, currency)}; ${at} is free for whoever waits`);
  const { ticket } = await booker.told('ticket', reservationId);
  if (!ticket.lines.some(({ kind }) => kind === 'RESERVATION')) {
    throw new Error(`the ticket ${ticket.ticketId} of ${absent} has no line for her reservation`);
  }
  await Promise.all([
    letter(stage, say, absent, 'reservation-no-show').then(() => leaves(stage, say, absent)),
    waiter.told('ticket', request).then(() => leaves(stage, say, waiting)),
  ]);
}

/** Waits until a letter has arrived at her address over SMTP, and shows it as it came out of the mail server. */
async function letter(stage: Stage, say: Say, driverId: string, kind: string): Promise<void> {
  const to = addressOf(driverId);
  const mail = await stage.post.office.letter((each) => each.to === to && each.kind === kind,
    { what: `the letter “${kind}” to ${to}` });
  say('e-mail', `a letter has arrived for ${driverId}`);
  for (const line of letterLines(mail)) say('e-mail', `   | ${line}`);
}
