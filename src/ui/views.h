/* The views of the screen, in the order of their tabs, for ui_new(). */
#ifndef UI_VIEWS_H
#define UI_VIEWS_H

#include "ui/frame/ui.h"

extern const struct view_ops *const ui_views[VIEW_COUNT];

#endif
