// zone.js as it is published, alone: what it costs a page before anybody traces.
import 'zone.js'
