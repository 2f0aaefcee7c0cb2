// The settings of an engine process. The plain arguments are the practice's: the broker, and, since the engine is the
// side that listens, the address on which its monitor finds it.
import { z } from 'zod';
import { commonSettings } from '../shared/common-settings.ts';
import { addressSchema, flagSchema, setting } from '../shared/config.ts';
import { pointIdSchema } from '../shared/ids.ts';

const text = z.string().min(1);
const optionalText = text.nullable();

export const ENGINE_SETTINGS = {
  brokers: setting({
    flag: 'kafka-brokers', env: 'KAFKA_BROKERS', schema: text.describe('host:port,…'), default: '127.0.0.1:9092',
    argument: 0, describe: 'the brokers of the bus',
  }),
  listen: setting({
    flag: 'listen', env: 'EV_ENGINE_LISTEN', schema: addressSchema, default: '127.0.0.1:7020', argument: 1,
    describe: 'where this engine listens for its monitor',
  }),
  id: setting({
    flag: 'id', env: 'EV_ENGINE_ID', schema: pointIdSchema.nullable().describe('id'), default: null,
    describe: 'id of the charge point; without it the first monitor says it',
  }),
  dataDir: setting({
    flag: 'data-dir', env: 'EV_ENGINE_DATA_DIR', schema: optionalText.describe('folder'), default: null,
    describe: 'folder of the journal, one for each engine; without it var/engine/<id, fleet or port>',
  }),
  speed: setting({
    flag: 'speed', env: 'EV_ENGINE_SPEED', schema: z.coerce.number().positive().max(100_000).describe('factor'),
    default: 1, describe: 'how many times faster than real energy flows',
  }),
  fleet: setting({
    flag: 'fleet', env: 'EV_ENGINE_FLEET', schema: optionalText.describe('FILE|N'), default: null,
    describe: 'host many points in one process: those of a file (ids, or JSON with connectors), or N numbered ones',
  }),
  fleetPrefix: setting({
    flag: 'fleet-prefix', env: 'EV_ENGINE_FLEET_PREFIX', schema: text.describe('text'), default: 'CP-',
    describe: 'for --fleet N: what the ids begin with',
  }),
  auto: setting({
    flag: 'auto', env: 'EV_ENGINE_AUTO', schema: flagSchema, default: false, boolean: true,
    describe: 'no hands needed: plug in soon after an authorization, unplug soon after the end',
  }),
  pairingCode: setting({
    flag: 'pairing-code', env: 'EV_ENGINE_PAIRING_CODE', schema: z.string().min(4).max(64).nullable().describe('code'),
    default: null, secret: true, describe: 'the code that the monitor must know; needed off the loopback',
  }),
  tlsDir: setting({
    flag: 'tls-dir', env: 'EV_ENGINE_TLS_DIR', schema: optionalText.describe('folder'), default: null,
    describe: 'listen with TLS; its certificates are in this folder, made on first use (needed off the loopback)',
  }),
  insecure: setting({
    flag: 'insecure', env: 'EV_ENGINE_INSECURE', schema: flagSchema, default: false, boolean: true,
    describe: 'plain TCP off the loopback: anybody on the network can read the keys',
  }),
  control: setting({
    flag: 'control', env: 'EV_ENGINE_CONTROL', schema: flagSchema, default: false, boolean: true,
    describe: 'take orders as JSON lines on stdin ({"do":"plug"}, …), tell facts and answers on stdout; no screen',
  }),
  ...commonSettings('EV_ENGINE'),
} as const;
