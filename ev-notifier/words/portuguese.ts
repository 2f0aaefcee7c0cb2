// The texts in Portuguese.
import type { PaymentFailure } from '../../shared/messages/values.ts';
import { MISSING, type Words } from './said.ts';

const FAILURES: Readonly<Record<PaymentFailure, string>> = {
  declined: 'foi recusado', 'not-possible': 'não é possível', 'gateway-away': 'o serviço de pagamento não respondeu',
  'not-confirmed': 'não foi confirmado a tempo', 'not-captured': 'o montante não pôde ser cobrado',
};

export const PORTUGUESE: Words = {
  foot: 'Na sua conta, em notificações, escolhe de que é avisado e como.',
  kinds: {
    'charge-started': ({ place }) => ({
      subject: 'o seu carregamento começou', lines: [`O seu carregamento em ${place} começou.`],
    }),
    'charge-nearly-done': ({ place, energy, amount, soc }) => ({
      subject: 'o seu carregamento está quase a terminar',
      lines: [
        `O seu carregamento em ${place} está quase a terminar: ${energy}${amount === MISSING ? '' : `, ${amount}`}`
        + `${soc === '' ? '' : `, bateria a ${soc}`}.`,
        'Por favor, retire o veículo pouco depois do fim: pode haver quem espere.',
      ],
    }),
    'charge-complete': ({ place, energy, amount }) => ({
      subject: 'o seu carregamento terminou',
      lines: [`O seu carregamento em ${place} terminou: ${energy}, ${amount}.`, 'Obrigado por carregar connosco.'],
    }),
    'charge-interrupted': ({ place }) => ({
      subject: 'o seu carregamento foi interrompido',
      lines: [
        `O seu carregamento em ${place} foi interrompido. Por favor, vá ver o seu veículo.`,
        'Paga-se o que foi carregado; o recibo segue assim que se souber como terminou.',
      ],
    }),
    'queue-offer': ({ place, until }) => ({
      subject: 'há um conector livre para si',
      lines: [
        `É a sua vez: ${place} fica guardado para si até ${until}.`, 'Ligue o veículo até lá ou passa ao seguinte.',
      ],
    }),
    'reservation-reminder': ({ place, from, to }) => ({
      subject: 'a sua reserva começa em breve',
      lines: [`A sua reserva em ${place} é de ${from} a ${to}.`, 'Se não precisar dela, cancele-a, por favor.'],
    }),
    'reservation-no-show': ({ place, from, fee }) => ({
      subject: 'não compareceu à sua reserva',
      lines: [
        `A sua reserva em ${place} de ${from} foi libertada porque ninguém veio.`,
        fee === MISSING ? '' : `A taxa por isso é de ${fee}.`,
      ],
    }),
    'payment-failed': ({ amount, failure, isForCharge }) => ({
      subject: 'um pagamento falhou',
      lines: [
        `O seu pagamento de ${amount} falhou${failure === null ? '' : `: ${FAILURES[failure]}`}.`,
        isForCharge ? 'O carregamento é descontado do seu saldo.' : 'Nada foi cobrado. Tente outra vez.',
      ],
    }),
    'invoice-ready': ({ number, amount }) => ({
      subject: `documento ${number}`,
      lines: [`O seu documento ${number} no valor de ${amount} está pronto.`, 'Encontra-o na sua conta, em faturas.'],
    }),
    'low-balance': ({ amount }) => ({
      subject: 'o seu saldo está baixo',
      lines: [
        `O seu saldo é de ${amount}.`,
        'Carregue-o antes do próximo carregamento, que de outro modo pode não começar.',
      ],
    }),
    debt: ({ debt, amount, group }) => {
      const balance = group === '' ? 'o seu saldo' : `o saldo do grupo ${group}`;
      const Balance = `${balance.charAt(0).toUpperCase()}${balance.slice(1)}`;
      if (debt === 'settled') {
        return { subject: 'já nada se deve', lines: [`${Balance} já não está abaixo de zero. Obrigado.`] };
      }
      return {
        subject: debt === 'final' ? 'último aviso: um saldo abaixo de zero' : 'um saldo abaixo de zero',
        lines: [
          `${debt === 'final' ? `Último aviso: ${balance}` : Balance} está abaixo de zero: devem-se ${amount}. `
          + 'Carregue-o, por favor.',
          'Até lá não pode começar nenhum carregamento.',
        ],
      };
    },
    'point-faulted': ({ place, site, note }) => ({
      subject: `${place} está avariado`,
      lines: [
        `${place} em ${site} está avariado${note === '' ? '' : `: ${note}`}.`,
        'Não serve ninguém até ser reparado.',
      ],
    }),
    'point-recovered': ({ place, site }) => ({
      subject: `${place} voltou a funcionar`, lines: [`${place} em ${site} voltou a funcionar.`],
    }),
    'maintenance-planned': ({ site, from, to, note, hasReservations }) => ({
      subject: `manutenção em ${site}`,
      lines: [
        `Manutenção em ${site} de ${from} a ${to}.`, note,
        'Durante esse tempo pode não ser possível carregar.',
        hasReservations ? 'As reservas para esse tempo mantêm-se. Se, quando uma começar, o conector estiver fora de '
          + 'serviço, passa para outro igual no mesmo local; se não houver, é cancelada e a taxa é devolvida.' : '',
      ],
    }),
  },
};
