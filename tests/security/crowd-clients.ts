// A crowd in a process of its own: opens so many connections to a port and lets them lie. Says `open N` when all have
// been tried, then `left N` whenever some have ended. Arguments: port, count, and what each says (nothing, enq, hello).
import { createConnection } from 'node:net';
import { CONTROL, encodeFrame } from '../../shared/wire/frame-codec.ts';

const [port = 0, count = 0] = process.argv.slice(2, 4).map(Number);
const says = process.argv[4] ?? 'nothing';
const AT_ONCE = 200;
const HELLO = Buffer.concat([Buffer.of(CONTROL.enq), encodeFrame(JSON.stringify({
  n: 1, v: 1, id: 'h-1', type: 'hello-monitor', pointId: 'ALC-01', software: 'crowd', byHand: false,
}))]);

let tried = 0;
let isOpen = 0;
let toldMs = 0;

function connectNext(): void {
  if (tried >= count) return;
  tried += 1;
  const socket = createConnection({ host: '127.0.0.1', port });
  let wasOpen = false;
  socket.on('error', () => undefined);
  socket.on('connect', () => {
    wasOpen = true;
    isOpen += 1;
    if (says === 'enq') socket.write(Buffer.of(CONTROL.enq));
    if (says === 'hello') socket.write(HELLO);
    next();
  });
  socket.on('close', () => {
    if (wasOpen) isOpen -= 1;
    else next();
    tell();
  });
  socket.resume();
}

let settled = 0;
function next(): void {
  settled += 1;
  if (settled === count) process.stdout.write(`open ${isOpen}\n`);
  connectNext();
}

function tell(): void {
  if (isOpen > 0 && Date.now() - toldMs < 200) return;
  toldMs = Date.now();
  process.stdout.write(`left ${isOpen}\n`);
}

for (let i = 0; i < AT_ONCE; i += 1) connectNext();
