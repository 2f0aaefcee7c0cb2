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
import { killNotifier } from './drills/kill-notifier.ts';
import { linkCut } from './drills/link-cut.ts';
import { linkGarbage } from './drills/link-garbage.ts';
import { linkHalfOpen } from './drills/link-half-open.ts';
import { linkSlow } from './drills/link-slow.ts';
import { loseBrokerLog } from './drills/lose-broker-log.ts';
import { reconnectAll } from './drills/reconnect-all.ts';
import { replayedFrame } from './drills/replayed-frame.ts';
import { replayedRecord } from './drills/replayed-record.ts';
import { revokedKey } from './drills/revoked-key.ts';
import { secondCentral } from './drills/second-central.ts';
import { threeHosts } from './drills/three-hosts.ts';
import { twoMonitors } from './drills/two-monitors.ts';
import { wrongKey } from './drills/wrong-key.ts';

export const DRILLS: readonly Drill[] = [
  killEngine, killMonitor, killDriver, killCentral, killBroker, stopBroker, killMachine, loseBrokerLog,
  killNotifier,
  freeze, fullDisk, secondCentral, reconnectAll, handsOff,
  linkCut, linkHalfOpen, linkSlow, linkGarbage, twoMonitors, wrongKey, revokedKey, replayedFrame, replayedRecord,
  threeHosts,
];
