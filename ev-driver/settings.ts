// The settings of a driver's client. The plain arguments are the practice's: broker, the driver's id.
import { z } from 'zod';
import { addressSchema, flagSchema, setting } from '../shared/config.ts';
import { userIdSchema } from '../shared/ids.ts';

const text = z.string().min(1);
const optionalText = text.nullable();

/** `latitude,longitude` in degrees. */
export const positionSchema = z.string().regex(/^-?\d{1,2}(\.\d+)?,-?\d{1,3}(\.\d+)?$/, 'must be latitude,longitude')
  .transform((value) => {
    const [latitude = 0, longitude = 0] = value.split(',').map(Number);
    return { latitude, longitude };
  }).refine((at) => Math.abs(at.latitude) <= 90 && Math.abs(at.longitude) <= 180, 'must be latitude,longitude')
  .describe('lat,lon');

export const DRIVER_SETTINGS = {
  brokers: setting({
    flag: 'kafka-brokers', env: 'KAFKA_BROKERS', schema: text.describe('host:port,…'), default: '127.0.0.1:9092',
    argument: 0, describe: 'the Kafka brokers',
  }),
  driver: setting({
    flag: 'driver', env: 'EV_DRIVER_ID', schema: userIdSchema.nullable().describe('id'), default: null, argument: 1,
    describe: "the driver's id",
  }),
  central: setting({
    flag: 'central', env: 'EV_DRIVER_CENTRAL', schema: addressSchema, default: '127.0.0.1:7010',
    describe: 'address of EV_Central',
  }),
  password: setting({
    flag: 'password', env: 'EV_DRIVER_PASSWORD', schema: optionalText, default: null, secret: true,
    describe: "the driver's password; asked for in the terminal without it",
  }),
  file: setting({
    flag: 'file', env: 'EV_DRIVER_FILE', schema: optionalText.describe('file'), default: null,
    describe: 'carry out a file of requests, one point id a line',
  }),
  noPause: setting({
    flag: 'no-pause', env: 'EV_DRIVER_NO_PAUSE', schema: flagSchema, default: false, boolean: true,
    describe: 'with --file: do not wait 4 s between two requests',
  }),
  fleet: setting({
    flag: 'fleet', env: 'EV_DRIVER_FLEET', schema: optionalText.describe('file'), default: null,
    describe: 'play all drivers of a JSON file {"drivers":[{"driverId","password","requests":[point id, …]?}]}',
  }),
  position: setting({
    flag: 'position', env: 'EV_DRIVER_POSITION', schema: positionSchema.nullable().describe('lat,lon'), default: null,
    describe: 'where the driver is, for the distance of the points',
  }),
  dataDir: setting({
    flag: 'data-dir', env: 'EV_DRIVER_DATA_DIR', schema: text.describe('folder'), default: 'var/driver',
    describe: 'where notices and requests under way are kept, in a folder for each driver',
  }),
  logDir: setting({
    flag: 'log-dir', env: 'EV_LOG_DIR', schema: text.describe('folder'), default: 'var/log',
    describe: 'where the log is written',
  }),
  tlsCa: setting({
    flag: 'tls-ca', env: 'EV_TLS_CA', schema: optionalText.describe('file'), default: null,
    describe: "EV_Central's ca.crt: connect with TLS; needed off the loopback",
  }),
  insecure: setting({
    flag: 'insecure', env: 'EV_DRIVER_INSECURE', schema: flagSchema, default: false, boolean: true,
    describe: 'plain TCP off the loopback: anybody on the network can read the password',
  }),
  noUi: setting({
    flag: 'no-ui', env: 'EV_DRIVER_NO_UI', schema: flagSchema, default: false, boolean: true,
    describe: 'no screen: log lines',
  }),
  control: setting({
    flag: 'control', env: 'EV_DRIVER_CONTROL', schema: flagSchema, default: false, boolean: true,
    describe: 'take orders as JSON lines on stdin, print every notice and live figure as one on stdout; no screen',
  }),
  printConfig: setting({
    flag: 'print-config', env: 'EV_DRIVER_PRINT_CONFIG', schema: flagSchema, default: false, boolean: true,
    describe: 'print the settings in force with their origin, and end',
  }),
} as const;
