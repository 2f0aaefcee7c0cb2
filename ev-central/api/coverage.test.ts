// Everything that the terminals can do can be done over HTTP: each order, each list and each command of the tools has
// its operation, and no operation lets somebody come to an order or a list that the core's table keeps from her.
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addToolCommands } from '../cli/cli.ts';
import { mayGive, permissionOfOrder, permissionOfQuery, rolesWith } from '../core/permissions.ts';
import { userId } from '../../shared/ids.ts';
import { type Order, type OrderKind, orderSchema } from '../../shared/messages/orders.ts';
import { QUERIES, type Query } from '../../shared/messages/query.ts';
import { ROLES, type Role } from '../../shared/messages/values.ts';
import type { Operation } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { mayDo } from './permission.ts';

const ORDER_KINDS: readonly OrderKind[] = orderSchema.options.map((each) => each.shape.kind.value);
const IDS = new Set(OPERATIONS.map(({ id }) => id));

/** Lists that an operation reads straight from memory, and which one that is. */
const READ_FROM_MEMORY: Partial<Record<Query['what'], string>> = { points: 'findPoints' };
/** Lists that an operation reads for somebody who may not have all of them, and how it keeps to what is hers. */
const BOUND: Readonly<Record<string, string>> = { myLedger: 'it sets the filter userId to the caller' };

/** The operations behind each command of the tools; a reason where there is none. */
const COMMANDS: Readonly<Record<string, string | readonly string[]>> = {
  'admin site add': ['putSite'], 'admin site change': ['putSite'], 'admin site list': ['listSites'],
  'admin site show': ['getSite'], 'admin site remove': ['removeSite'],
  'admin point add': ['putPoint'], 'admin point change': ['putPoint'], 'admin point new-secret': ['putPoint'],
  'admin point list': ['findPoints'], 'admin point show': ['getPoint'], 'admin point remove': ['removePoint'],
  'admin user add': ['putUser'], 'admin user change': ['putUser'], 'admin user set-password': ['putUser'],
  'admin user set-pin': ['putUser'], 'admin user top-up': ['bookOnAccount'], 'admin user activate': ['putUser'],
  'admin user deactivate': ['putUser'], 'admin user list': ['listUsers'], 'admin user show': ['getUser'],
  'admin user remove': ['removeUser'],
  'admin user totp enrol': ['enrolSecondFactor', 'enrolMySecondFactor', 'confirmMySecondFactor'],
  'admin user totp recovery': ['renewRecoveryCodes', 'renewMyRecoveryCodes'],
  'admin user totp disable': ['removeSecondFactor', 'disableMySecondFactor'],
  'admin user totp list': ['listSecondFactors'], 'admin user totp show': ['listSecondFactors', 'mySecondFactor'],
  'admin tariff put': ['putTariff'], 'admin tariff add': ['putTariff'], 'admin tariff assign': ['assignGroupTariff'],
  'admin tariff unassign': ['assignGroupTariff'], 'admin tariff assigned': ['listGroupTariffs'],
  'admin tariff list': ['listTariffs'], 'admin tariff show': ['getTariff'], 'admin tariff remove': ['removeTariff'],
  'admin figures use': ['figuresUse', 'exportFigures', 'myFiguresUse', 'exportMyFigures'],
  'admin figures revenue': ['figuresRevenue', 'exportFigures', 'myFiguresRevenue', 'exportMyFigures'],
  'admin figures success': ['figuresSuccess', 'exportFigures', 'myFiguresSuccess', 'exportMyFigures'],
  'admin figures failures': ['figuresFailures', 'exportFigures', 'myFiguresFailures', 'exportMyFigures'],
  'admin figures queue': ['figuresQueue', 'exportFigures', 'myFiguresQueue', 'exportMyFigures'],
  'admin figures uptime': ['figuresUptime', 'exportUptime'],
  'admin figures utilisation': ['figuresUtilisation', 'exportUtilisation'],
  'admin figures forecast': ['figuresForecast', 'exportForecast'],
  'admin figures rebuild': 'a repair of the database, while EV_Central does not run',
  'admin series import': ['putPriceSeries'], 'admin series list': ['listPriceSeries'],
  'admin series show': ['listPriceSeries'], 'admin series remove': ['removePriceSeries'],
  'admin load': 'a file of a whole network: over HTTP each row is put by itself',
  'admin import': 'a file of stations: over HTTP each row is put by itself',
  'admin group import': 'a file of groups: over HTTP each group is put by itself',
  'admin service-key': 'the key of all events leaves the machine of EV_Central by hand only',
  'admin price': ['priceSession'],
  'admin recompute': ['recomputeSession', 'recomputeAll'],
  'admin audit verify': ['verifyAudit'], 'admin audit export': ['exportAudit'],
  'admin ledger verify': ['verifyLedger'], 'admin ledger export': ['exportLedger'],
  'admin group add': ['putGroup'], 'admin group change': ['putGroup'], 'admin group member': ['putGroupMember'],
  'admin group remove-member': ['removeGroupMember'], 'admin group list': ['listGroups'],
  'admin group show': ['getGroup'], 'admin group remove': ['removeGroup'],
  'admin wallet top-up': ['bookOnAccount', 'bookOnGroup'], 'admin wallet adjust': ['bookOnAccount', 'bookOnGroup'],
  'admin wallet refund': ['refundTicket'], 'admin wallet transfer': ['transfer'],
  'admin wallet show': ['getUserWallet', 'getGroupWallet', 'getMyWallet'],
  'admin statement': [
    'getUserStatement', 'getGroupStatement', 'getMyStatement', 'getUserStatementDocument', 'getGroupStatementDocument',
    'getMyStatementDocument',
  ],
  'admin invoices': ['listInvoices'], 'admin invoices verify': ['verifyInvoices'],
  'admin invoice': ['getInvoice', 'getInvoiceDocument'],
  'admin invoice month': ['invoiceGroupMonth', 'invoiceUserMonth'],
  'admin billing': ['getUserBilling', 'putUserBilling', 'getGroupBilling', 'putGroupBilling'],
  'admin user person set': ['putPerson', 'putMyProfile'], 'admin user person list': ['listPeople'],
  'admin user person show': ['listPeople', 'myProfile'], 'admin user email': ['changeEmail', 'changeMyEmail'],
  'admin user reset-code': ['sendResetCode'], 'admin user forget': ['forgetPerson', 'forgetMe'],
  'admin user notifications': ['putNotificationPreferencesOf', 'putMyNotificationPreferences'],
  'admin user vehicle put': ['putVehicleOf', 'putMyVehicle'],
  'admin user vehicle list': ['listVehicles', 'myVehicles'],
  'admin user vehicle remove': ['removeVehicleOf', 'removeMyVehicle'],
  'admin user token issue': ['issueToken'], 'admin user token block': ['blockToken', 'blockMyToken'],
  'admin user token unblock': ['unblockToken'], 'admin user token remove': ['removeToken'],
  'admin user token import': ['importTokens'], 'admin user token list': ['listTokens', 'myTokens'],
  'admin user token show': ['listTokens'],
  'admin rates import': ['putExchangeRates'], 'admin rates list': ['listExchangeRates'],
  'admin plan put': ['putPlan'], 'admin plan list': ['listPlans'], 'admin plan show': ['listPlans'],
  'admin plan remove': ['removePlan'], 'admin subscription add': ['subscribeUser', 'subscribe'],
  'admin subscription cancel': ['unsubscribeUser', 'unsubscribe'],
  'admin subscription list': ['listSubscriptions', 'mySubscription'],
  'admin debts list': ['listDebts', 'myDebts'], 'admin debts pause': ['pauseDebt'],
  'admin debts resume': ['resumeDebt'], 'admin debts write-off': ['writeOffDebt'],
  'admin payments list': ['listPayments', 'myPayments'], 'admin payments start': ['startPayment', 'makePayment'],
  'admin payments refund': ['refundPayment'], 'admin payments cancel': ['cancelPayment', 'cancelMyPayment'],
  'admin payments retry': ['retryPayment'], 'ctl payments': ['listPayments'], 'ctl mails': ['listLetters'],
  'admin reimbursement terms': ['putClaimTerms'], 'admin reimbursement meter': ['putClaimTerms'],
  'admin reimbursement claim': ['putClaim'], 'admin reimbursement evidence': ['addClaimEvidence'],
  'admin reimbursement submit': ['submitClaim'], 'admin reimbursement approve': ['approveClaim'],
  'admin reimbursement reject': ['rejectClaim'], 'admin reimbursement pay': ['payClaim'],
  'admin reimbursement list': ['listClaims', 'myClaims', 'listClaimTerms'],
  'admin reimbursement show': ['getClaim', 'getClaimEvidence'],
  'admin reimbursement verify':
    'it looks at files on the machine of EV_Central; over HTTP a file that was changed is not handed out',
  'ctl points': ['findPoints'], 'ctl sites': ['listSites'], 'ctl sessions': ['listSessions'],
  'ctl queue': ['listQueue'],
  'ctl drivers': ['listDrivers'], 'ctl events': ['listEvents'], 'ctl dead-letters': ['listDeadLetters'],
  'ctl audit': ['listAudit'], 'ctl tickets': ['listTickets'], 'ctl ledger': ['listLedger'],
  'ctl commands': ['listCommands'],
  'ctl reservations': ['listReservations'], 'ctl reservation-series': ['listReservationSeries'],
  'ctl calendar': ['getCalendar'], 'ctl free-slots': ['findFreeSlots'], 'ctl reserve': ['bookReservation'],
  'ctl reserve-fleet': ['bookReservations'], 'ctl change-reservation': ['changeReservation'],
  'ctl cancel-reservation': ['cancelReservation'], 'ctl cancel-reservation-series': ['cancelReservationSeries'],
  'ctl cancel-fleet': ['cancelFleet'],
  'ctl check-in': ['checkIn'], 'ctl users': ['listUsers'], 'ctl groups': ['listGroups'], 'ctl status': ['status'],
  'ctl point': ['getPoint', 'listEvents'], 'ctl estimate': ['estimateCharge'],
  'ctl stop': ['setPointOperative', 'setSiteOperative', 'setAllOperative'],
  'ctl maintenance': ['setPointOperative', 'setSiteOperative', 'setAllOperative'],
  'ctl announce': ['planMaintenance'],
  'ctl resume': ['setPointOperative', 'setSiteOperative', 'setAllOperative'], 'ctl power-limit': ['limitPower'],
  'ctl reset': ['resetPoint'], 'ctl unlock': ['unlockConnector'], 'ctl revoke-key': ['revokePointKey'],
  'ctl revoke-point': ['revokePoint'], 'ctl unbar': ['unbarPoint'], 'ctl end-session': ['endSession'],
  'ctl close-session': ['closeSession'], 'ctl leave-queue': ['leaveQueue'], 'ctl revoke-user-keys': ['revokeUserKeys'],
  'ctl release-lockout': ['releaseLockout'],
};
/** What EV_Driver does, and `npm run tail`. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  'log in': ['login'], 'find a point': ['findPoints'], 'ask what it would cost': ['estimateCharge'],
  'ask for a charge': ['startSession'], 'stop it': ['stopSession'], 'take it back': ['cancelSession'],
  'free slots': ['findFreeSlots', 'getCalendar'], 'reserve': ['bookReservation', 'bookReservations'],
  'reservations, and change, cancel, check in': ['myReservations', 'myReservationSeries', 'changeReservation',
    'cancelReservation', 'cancelReservationSeries', 'checkIn'],
  'follow it': ['streamSession'], 'charges, tickets and notices': ['mySessions', 'myTickets', 'myNotices'],
  'invoices': ['listMyInvoices', 'getMyInvoice', 'getMyInvoiceDocument'], 'tail': ['tailTopic'],
};

describe('every order', () => {
  it.each(ORDER_KINDS)('%s has an operation for everybody who may give it', (kind) => {
    const operations = OPERATIONS.filter(({ gives = [] }) => gives.includes(kind));
    const reached = ROLES.filter((role) => operations.some((each) => mayCome(role, each)));
    expect(rolesWith(permissionOfOrder(kind)).filter((role) => !reached.includes(role))).toEqual([]);
  });

  it('is given by no operation whose callers the core would refuse', () => {
    const wrong = OPERATIONS.flatMap((each) => (each.gives ?? []).flatMap((kind) => ROLES
      .filter((role) => mayCome(role, each) && !mayGive(HER(role), about(kind), HER(role).userId))
      .map((role) => `${each.id}: ${role} may not give ${kind}`)));
    expect(wrong).toEqual([]);
  });
});

describe('every list', () => {
  it.each(QUERIES)('%s has an operation for everybody who may read it', (what) => {
    const operations = OPERATIONS
      .filter(({ id, reads = [] }) => reads.includes(what) || READ_FROM_MEMORY[what] === id);
    const reached = ROLES.filter((role) => operations.some((each) => mayCome(role, each)));
    expect(rolesWith(permissionOfQuery(what)).filter((role) => !reached.includes(role))).toEqual([]);
  });

  it('is read by no operation whose callers it is kept from', () => {
    const wrong = OPERATIONS.filter(({ id }) => BOUND[id] === undefined).flatMap((each) => (each.reads ?? [])
      .flatMap((what) => ROLES
        .filter((role) => mayCome(role, each) && !rolesWith(permissionOfQuery(what)).includes(role))
        .map((role) => `${each.id}: ${role} may not read ${what}`)));
    expect(wrong).toEqual([]);
  });
});

describe('every command of the tools', () => {
  it('stands in the table above, with its operations or the reason why there is none', () => {
    expect(commandsOf(program()).filter((name) => COMMANDS[name] === undefined)).toEqual([]);
  });

  it('is in the table only while it is there, with operations that are there', () => {
    const there = commandsOf(program());
    expect(Object.keys(COMMANDS).filter((name) => !there.includes(name))).toEqual([]);
    const named = [...Object.values(COMMANDS), ...Object.values(OTHERS)].filter((each) => typeof each !== 'string');
    expect(named.flat().filter((id) => !IDS.has(id))).toEqual([]);
  });
});

function mayCome(role: Role, { permission }: Operation): boolean {
  return permission === null || mayDo(role, permission);
}

const HER = (role: Role) => ({ role, userId: 'her' });

/** An order of a kind, about herself where it is about somebody: which of them she may give decides no other field. */
function about(kind: OrderKind): Order {
  return { kind, userId: userId('her') } as Order;
}

function program(): Command {
  const made = new Command('ev-central');
  addToolCommands(made);
  return made;
}

/** Every command that does something, with the names before it. */
function commandsOf(parent: Command, before: readonly string[] = []): string[] {
  return parent.commands.flatMap((each) => {
    const names = [...before, each.name()];
    const acts = each.commands.length === 0 || '_actionHandler' in each && each['_actionHandler'] !== null;
    return [...(acts ? [names.join(' ')] : []), ...commandsOf(each, names)];
  });
}
