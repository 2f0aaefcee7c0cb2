// The settings of a driver's client. The plain arguments are the practice's: broker, the driver's id.
import { z } from 'zod';
import { centralLinkSettings, commonSettings } from '../shared/common-settings.ts';
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
  code: setting({
    flag: 'code', env: 'EV_DRIVER_CODE', schema: optionalText, default: null, secret: true,
    describe: 'a one-time code, for who has a second factor; it serves for one log-in',
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
  control: setting({
    flag: 'control', env: 'EV_DRIVER_CONTROL', schema: flagSchema, default: false, boolean: true,
    describe: 'take orders as JSON lines on stdin, print every notice and live figure as one on stdout; no screen',
  }),
  ...commonSettings('EV_DRIVER'),
  ...centralLinkSettings('EV_DRIVER', 'the password'),
} as const;
