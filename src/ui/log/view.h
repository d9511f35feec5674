/* The Log: messages, newest first. */
#ifndef UI_LOG_VIEW_H
#define UI_LOG_VIEW_H

#include "ui/frame/ui.h"

extern const struct view_ops view_log_ops;

#endif
