// Test support: an issuer of invoices.
import { issuerSchema, type Issuer } from '../../shared/messages/invoice.ts';

export function sampleIssuer(change: Partial<Issuer> = {}): Issuer {
  return {
    ...issuerSchema.parse({
      name: 'Red de Carga del Sur, S.L.', address: ['Avenida de la Estación 12', '03003 Alicante'],
      vatId: 'ESB12345674', footer: ['Registro Mercantil de Alicante'], timeZone: 'Europe/Madrid',
    }),
    ...change,
  };
}
