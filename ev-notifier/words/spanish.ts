// The texts in Spanish.
import type { PaymentFailure } from '../../shared/messages/values.ts';
import { MISSING, type Words } from './said.ts';

const FAILURES: Readonly<Record<PaymentFailure, string>> = {
  declined: 'fue rechazado', 'not-possible': 'no es posible', 'gateway-away': 'el servicio de pago no respondió',
  'not-confirmed': 'no se confirmó a tiempo', 'not-captured': 'no se pudo cobrar el importe',
};

export const SPANISH: Words = {
  foot: 'Usted elige en su cuenta, en notificaciones, de qué se le avisa y cómo.',
  kinds: {
    'charge-started': ({ place }) => ({
      subject: 'su recarga ha empezado', lines: [`Su recarga en ${place} ha empezado.`],
    }),
    'charge-nearly-done': ({ place, energy, amount, soc }) => ({
      subject: 'su recarga está a punto de terminar',
      lines: [
        `Su recarga en ${place} está a punto de terminar: ${energy}${amount === MISSING ? '' : `, ${amount}`}`
        + `${soc === '' ? '' : `, batería al ${soc}`}.`,
        'Por favor, retire su vehículo poco después del final: puede haber quien espere.',
      ],
    }),
    'charge-complete': ({ place, energy, amount }) => ({
      subject: 'su recarga ha terminado',
      lines: [`Su recarga en ${place} ha terminado: ${energy}, ${amount}.`, 'Gracias por recargar con nosotros.'],
    }),
    'charge-interrupted': ({ place }) => ({
      subject: 'su recarga se ha interrumpido',
      lines: [
        `Su recarga en ${place} se ha interrumpido. Por favor, vaya a ver su vehículo.`,
        'Se paga lo que se ha recargado; el recibo llegará en cuanto se sepa cómo terminó.',
      ],
    }),
    'queue-offer': ({ place, until }) => ({
      subject: 'hay un conector libre para usted',
      lines: [
        `Es su turno: ${place} queda reservado para usted hasta el ${until}.`,
        'Enchufe antes de esa hora o pasará al siguiente.',
      ],
    }),
    'reservation-reminder': ({ place, from, to }) => ({
      subject: 'su reserva empieza pronto',
      lines: [`Su reserva en ${place} es del ${from} al ${to}.`, 'Si no la necesita, cancélela, por favor.'],
    }),
    'reservation-no-show': ({ place, from, fee }) => ({
      subject: 'no acudió a su reserva',
      lines: [
        `Su reserva en ${place} del ${from} se ha liberado porque no vino nadie.`,
        fee === MISSING ? '' : `El cargo por ello es de ${fee}.`,
      ],
    }),
    'payment-failed': ({ amount, failure, isForCharge }) => ({
      subject: 'un pago ha fallado',
      lines: [
        `Su pago de ${amount} ha fallado${failure === null ? '' : `: ${FAILURES[failure]}`}.`,
        isForCharge ? 'La recarga se descuenta de su saldo.' : 'No se ha cobrado nada. Inténtelo de nuevo.',
      ],
    }),
    'invoice-ready': ({ number, amount }) => ({
      subject: `documento ${number}`,
      lines: [`Su documento ${number} por ${amount} está listo.`, 'Lo encuentra en su cuenta, en facturas.'],
    }),
    'low-balance': ({ amount }) => ({
      subject: 'su saldo es bajo',
      lines: [`Su saldo es de ${amount}.`, 'Recárguelo antes de la próxima recarga: si no, podría no empezar.'],
    }),
    debt: ({ debt, amount, group }) => {
      const balance = group === '' ? 'su saldo' : `el saldo del grupo ${group}`;
      const Balance = `${balance.charAt(0).toUpperCase()}${balance.slice(1)}`;
      if (debt === 'settled') {
        return { subject: 'ya no se debe nada', lines: [`${Balance} ya no está por debajo de cero. Gracias.`] };
      }
      return {
        subject: debt === 'final' ? 'último aviso: un saldo por debajo de cero' : 'un saldo por debajo de cero',
        lines: [
          `${debt === 'final' ? `Último aviso: ${balance}` : Balance} está por debajo de cero: se deben ${amount}. `
          + 'Recárguelo, por favor.',
          'Hasta entonces no puede empezar ninguna recarga.',
        ],
      };
    },
    'point-faulted': ({ place, site, note }) => ({
      subject: `${place} está averiado`,
      lines: [
        `${place} en ${site} está averiado${note === '' ? '' : `: ${note}`}.`,
        'No atiende a nadie hasta que se repare.',
      ],
    }),
    'point-recovered': ({ place, site }) => ({
      subject: `${place} vuelve a funcionar`, lines: [`${place} en ${site} vuelve a funcionar.`],
    }),
    'maintenance-planned': ({ site, from, to, note, hasReservations }) => ({
      subject: `mantenimiento en ${site}`,
      lines: [
        `Mantenimiento en ${site} del ${from} al ${to}.`, note,
        'Puede que durante ese tiempo no se pueda recargar.',
        hasReservations ? 'Las reservas para ese tiempo se mantienen. Si al empezar una el conector está fuera de '
          + 'servicio, pasa a otro igual del mismo lugar; si no lo hay, se cancela y se devuelve su importe.' : '',
      ],
    }),
  },
};
