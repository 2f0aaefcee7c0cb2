// Words that only the engine's screen has.

export const ENGINE_LABELS = {
  points: 'points', point: 'Point', noMonitor: 'no monitor yet', links: 'Links', fleet: 'Points', back: 'Back to list',
  noPoints: 'No points yet',
  vehicle: 'Vehicle', noVehicle: 'nothing plugged in', battery: 'battery', power: 'Power', limit: 'limit',
  meter: 'Meter', noSession: 'no session', goal: 'goal', noGoal: 'no goal', plugBefore: 'plug in before',
  heldKey: 'yes', noKey: 'no', until: 'until', journal: 'Journal', journalEmpty: 'everything accepted',
  waiting: 'facts wait for EV_Central', journalColumn: 'Facts',
  koOn: 'KO key is on', powerLost: 'power lost', stopped: 'stopped by EV_Central', supplying: 'supplying',
  keys: {
    plug: 'Plug in', unplug: 'Unplug', request: 'Charge here', stop: 'Stop', koOn: 'KO', koOff: 'KO off',
    fault: 'Fault', clear: 'Repair', powerLoss: 'Power loss', powerBack: 'Power back', connector: 'Connector',
  },
  plugTitle: 'Plug a vehicle in', connector: 'Connector', model: 'Vehicle', soc: 'Battery now (%)',
  socWrong: 'The battery is between 0 and 100 %.',
  requestTitle: 'Charge at this point', driverId: 'Driver id', pin: 'PIN', kwh: 'kWh (empty: no limit)',
  driverWrong: 'Enter the driver id.', pinWrong: 'The PIN has 4 to 12 characters.',
  kwhWrong: 'kWh: a number above 0, or empty.',
  faultTitle: 'What breaks?', faultMeter: 'meter',
  unplugQuestion: 'Unplug the vehicle? A running charge ends.',
  powerQuestion: 'Cut the power of the whole point? A running charge ends.',
  help: [
    'The key "k" makes the engine answer KO to its monitor, as the practice asks for.',
    'Faults stay until key "r" repairs them. Facts wait in the journal until EV_Central accepts them.',
  ],
} as const;
