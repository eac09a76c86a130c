// What list and ticket do, in one go with what every page does (see everywhere.js).

import "./everywhere.js";
import "./panes.js";
import "./live.js";
import "./presence.js";
import "./mentions.js";
import "./permalinks.js";
import "./undo.js";
import "./undo_action.js";
import "./tags.js";
import "./editor.js";
import "./recipients.js";
import "./suggestions.js";
import "./scripts.js";
import "./letters.js";
import "./selection.js";
import "./bulk.js";
import "./saved_views.js";
import "./macros.js";
import "./finding.js";
