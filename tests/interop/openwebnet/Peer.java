// Copyright 2026 the Wirekit authors. MIT license.

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.openwebnet4j.BUSGateway;
import org.openwebnet4j.GatewayListener;
import org.openwebnet4j.OpenDeviceType;
import org.openwebnet4j.communication.OWNException;
import org.openwebnet4j.communication.Response;
import org.openwebnet4j.message.BaseOpenMessage;
import org.openwebnet4j.message.OpenMessage;
import org.openwebnet4j.message.Where;

/**
 * A real openwebnet4j at a gateway: {@code send PORT PASSWORD FRAME...}, {@code events PORT
 * PASSWORD COUNT} or {@code discover PORT PASSWORD}. What it says is a word and what belongs to it,
 * a line each.
 */
public final class Peer implements GatewayListener {
    private static final long PATIENCE = 20;

    private final CountDownLatch connected = new CountDownLatch(1);
    private final CountDownLatch discovered = new CountDownLatch(1);
    private final CountDownLatch events;

    private Peer(int count) {
        events = new CountDownLatch(count);
    }

    private static synchronized void say(String word, Object what) {
        System.out.println(word + " " + what);
        System.out.flush();
    }

    private static void await(CountDownLatch latch, String what) throws InterruptedException {
        if (!latch.await(PATIENCE, TimeUnit.SECONDS)) {
            throw new IllegalStateException("Waited in vain for " + what);
        }
    }

    public static void main(String[] args) throws Exception {
        int count = args[0].equals("events") ? Integer.parseInt(args[3]) : 0;
        Peer peer = new Peer(count);
        BUSGateway gateway = new BUSGateway("127.0.0.1", Integer.parseInt(args[1]), args[2]);
        gateway.subscribe(peer);
        int code = 0;
        try {
            gateway.connect();
            await(peer.connected, "the connection");
            say("gateway", gateway.getMACAddr() + " " + gateway.getFirmwareVersion());
            switch (args[0]) {
                case "send":
                    for (int i = 3; i < args.length; i++) {
                        Response response = gateway.send(BaseOpenMessage.parse(args[i]));
                        say(response.isSuccess() ? "ack" : "nack", args[i]);
                        for (OpenMessage reply : response.getResponseMessages()) {
                            say("reply", reply.getFrameValue());
                        }
                    }
                    break;
                case "discover":
                    gateway.discoverDevices();
                    await(peer.discovered, "the devices");
                    break;
                default:
                    await(peer.events, "events");
            }
        } catch (Exception error) {
            say("error", error.getClass().getSimpleName() + " " + error.getMessage());
            code = 1;
        }
        gateway.closeConnection();
        System.exit(code);
    }

    @Override
    public void onConnected() {
        say("connected", "");
        connected.countDown();
    }

    @Override
    public void onEventMessage(OpenMessage message) {
        say("event", message.getFrameValue());
        events.countDown();
    }

    @Override
    public void onNewDevice(Where where, OpenDeviceType type, BaseOpenMessage message) {
        say("device", type + " " + (where == null ? "" : where.value()));
    }

    @Override
    public void onDiscoveryCompleted() {
        discovered.countDown();
    }

    @Override
    public void onConnectionError(OWNException error) {
        say("failed", error.getMessage());
    }

    @Override
    public void onConnectionClosed() {}

    @Override
    public void onDisconnected(OWNException error) {}

    @Override
    public void onReconnected() {}
}
