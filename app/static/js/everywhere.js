// What every page does. One module brings the rest, so that the browser begins with all of them in one go: a key finds
// either none of them or all, never the shortcuts without the window that the next letters are meant for.

import "./menus.js";
import "./times.js";
import "./shortcuts.js";
import "./theme.js";
import "./notify.js";
import "./recent.js";
import "./palette.js";
