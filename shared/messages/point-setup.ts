// What the authenticated point must know: Central tells the monitor, the monitor hands it to the engine.
import { z } from 'zod';
import { factPositionSchema } from '../fact-position.ts';
import { siteIdSchema } from '../ids.ts';
import { networkTariffSchema } from './ocpi-tariff.ts';
import { commandNumberSchema, connectorSchema, keyGrantSchema } from './values.ts';

export const pointSetupFields = {
  siteId: siteIdSchema,
  place: z.string(),
  connectors: z.array(connectorSchema),
  operative: z.boolean(),
  key: keyGrantSchema,
  topicPrefix: z.string(),
  partitions: z.int().positive(),
  /** What a charge does when the monitor is lost: goes on to its end, or stops at once. */
  monitorLossPolicy: z.enum(['finish', 'stop']),
  /** What Central holds of the point's facts; null: none yet. */
  acceptedUpTo: factPositionSchema.nullable(),
  /** The number that the next command to this point will carry. */
  nextCommandNumber: commandNumberSchema,
  /** For the price on the point's own screen. */
  tariff: networkTariffSchema,
};
export type PointSetup = z.infer<z.ZodObject<typeof pointSetupFields>>;

/** An example key: 32 bytes that nobody uses. */
export const EXAMPLE_KEY = {
  keyBase64: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=', expiresAtMs: 1_763_786_400_000,
};

export const pointSetupExample = {
  siteId: 'ALC', place: 'Alicante, car park Mercado', operative: true,
  connectors: [{ connectorNo: 1, type: 'IEC_62196_T2', maxPowerW: 22_000 }],
  key: { keyId: 'p-ALC-01-7', ...EXAMPLE_KEY },
  topicPrefix: 'ev', partitions: 12, monitorLossPolicy: 'finish',
  acceptedUpTo: { bootId: 1_763_690_000, seq: 14 }, nextCommandNumber: 13,
  tariff: {
    id: 'day-night', currency: 'EUR',
    elements: [{ price_components: [{ type: 'ENERGY', price: 0.42, vat: 21, step_size: 1 }] }],
  },
};
