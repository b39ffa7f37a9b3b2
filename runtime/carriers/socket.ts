// Carriers over a socket of this machine: a node listens, its machine's commands connect.
export { connectSocket } from "./socket-client.ts";
export { type SocketServer, socketServer } from "./socket-server.ts";
