// Every drill, in the order of the report: one import and one line a drill.
import type { Drill } from './drill.ts';
import { killBroker, stopBroker } from './drills/broker-away.ts';
import { freeze } from './drills/freeze.ts';
import { fullDisk } from './drills/full-disk.ts';
import { handsOff } from './drills/hands-off.ts';
import { killCentral } from './drills/kill-central.ts';
import { killDriver } from './drills/kill-driver.ts';
import { killEngine } from './drills/kill-engine.ts';
import { killMachine } from './drills/kill-machine.ts';
import { killMonitor } from './drills/kill-monitor.ts';
import { loseBrokerLog } from './drills/lose-broker-log.ts';
import { reconnectAll } from './drills/reconnect-all.ts';
import { secondCentral } from './drills/second-central.ts';

export const DRILLS: readonly Drill[] = [
  killEngine, killMonitor, killDriver, killCentral, killBroker, stopBroker, killMachine, loseBrokerLog,
  freeze, fullDisk, secondCentral, reconnectAll, handsOff,
];
