// Every drill, in the order of the report: one import and one line a drill.
import type { Drill } from './drill.ts';
import { killBroker, stopBroker } from './drills/broker-away.ts';
import { killCentral } from './drills/kill-central.ts';
import { killDriver } from './drills/kill-driver.ts';
import { killEngine } from './drills/kill-engine.ts';
import { killMachine } from './drills/kill-machine.ts';
import { killMonitor } from './drills/kill-monitor.ts';
import { loseBrokerLog } from './drills/lose-broker-log.ts';

export const DRILLS: readonly Drill[] = [
  killEngine, killMonitor, killDriver, killCentral, killBroker, stopBroker, killMachine, loseBrokerLog,
];
